#!/usr/bin/env bash
# Builds the Debian package of a picket that is compiled already.
#
# Usage: scripts/deb.sh PICKET OUT.deb [LEVEL of gzip; xz without]
#
# Man pages, completions and the reference come from the program itself; dependencies from what it is
# linked with (dpkg-shlibdeps).
set -eu

picket=$(realpath "$1")
out=$(realpath -m "$2")
cd "$(dirname "$0")/.."
level=${3:-}
version=$("$picket" --version | cut -d ' ' -f 2)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
umask 022
tree=$work/debian/picket
share=$tree/usr/share

install -D "$picket" "$tree/usr/bin/picket"
strip --strip-unneeded "$tree/usr/bin/picket"
install -D -m 644 hw/appliance/picket.service "$tree/lib/systemd/system/picket.service"
install -D -m 644 hw/appliance/picket.sysusers "$tree/usr/lib/sysusers.d/picket.conf"
install -D -m 640 hw/appliance/picket.toml "$tree/etc/picket/picket.toml"
mkdir -p "$tree/etc/picket/rules" "$share/man/man1" "$share/doc/picket/examples" "$share/picket"
"$picket" man "$share/man/man1"
gzip -9n "$share"/man/man1/*.1
for place in bash:bash-completion/completions/picket zsh:zsh/vendor-completions/_picket \
    fish:fish/vendor_completions.d/picket.fish; do
    mkdir -p "$(dirname "$share/${place#*:}")"
    "$picket" completions "${place%%:*}" > "$share/${place#*:}"
done
cp -r rules/library "$share/picket/rules"
install -m 644 hw/appliance/alerts.yml hw/appliance/grafana.json "$share/picket"
install -m 644 docs/*.md "$share/doc/picket"
install -m 644 examples/picket.toml "$share/doc/picket/examples"
cat LICENSE-APACHE LICENSE-MIT > "$share/doc/picket/copyright"
gzip -9nc CHANGELOG.md > "$share/doc/picket/changelog.gz"

mkdir "$tree/DEBIAN"
printf '/etc/picket/picket.toml\n' > "$tree/DEBIAN/conffiles"
printf 'Source: picket\nPackage: picket\nArchitecture: any\n' > "$work/debian/control"
depends=$(cd "$work" && dpkg-shlibdeps -O debian/picket/usr/bin/picket 2>/dev/null | sed -n 's/^shlibs:Depends=//p')
cat > "$tree/DEBIAN/control" <<END
Package: picket
Version: $version
Architecture: $(dpkg --print-architecture)
Maintainer: The Picket developers <picket@localhost>
Section: net
Priority: optional
Installed-Size: $(du -sk "$tree" | cut -f 1)
Depends: $depends, systemd | systemd-standalone-sysusers
Recommends: ca-certificates
Description: passive detector of SS7 abuse
 Listens to SIGTRAN on a tap, takes it apart down to MAP and CAP operations and tells
 when somebody asks for what they have no business with. It sends nothing.
END
# DPKG_ROOT is set where another root is installed to.
cat > "$tree/DEBIAN/postinst" <<'END'
#!/bin/sh
set -e
if [ "$1" = configure ]; then
    systemd-sysusers --root="$DPKG_ROOT/" picket.conf
    if [ -z "$DPKG_ROOT" ]; then
        chgrp picket /etc/picket/picket.toml || true
        if [ -d /run/systemd/system ]; then
            systemctl daemon-reload
            systemctl try-restart picket.service || true
        fi
    fi
fi
END
cat > "$tree/DEBIAN/prerm" <<'END'
#!/bin/sh
set -e
if [ "$1" = remove ] && [ -z "$DPKG_ROOT" ] && [ -d /run/systemd/system ]; then
    systemctl --no-reload disable --now picket.service || true
fi
END
# What was learnt, kept alerts and keys go with a purge only.
cat > "$tree/DEBIAN/postrm" <<'END'
#!/bin/sh
set -e
if [ "$1" = purge ]; then
    rm -rf "$DPKG_ROOT/var/lib/picket" "$DPKG_ROOT/var/log/picket" "$DPKG_ROOT/etc/picket"
fi
if [ -z "$DPKG_ROOT" ] && [ -d /run/systemd/system ]; then
    systemctl daemon-reload || true
fi
END
chmod 755 "$tree"/DEBIAN/p*
mkdir -p "$(dirname "$out")"
dpkg-deb --root-owner-group ${level:+-Zgzip -z"$level"} --build "$tree" "$out"
