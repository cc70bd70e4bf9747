//! Rule files in, a set of compiled rules out; and events through it.

use core::fmt;
use std::{collections::BTreeMap, sync::Arc};

use crate::{
    correlate::{Correlation, Seen},
    document::{self, Body, Document, RuleInfo, RuleKind},
    error::{LoadError, Place, Problem},
    index::{Index, Plan},
    link,
    lint::{self, Warning},
    matches::Matches,
    rule::{self, Context},
    schema::Schema,
    state::RuleState,
    test::{Lists, Located, Logic},
    yaml::{At, Node},
};

/// Collects rule files and lists.
pub struct Builder<E: 'static> {
    schema: Schema<E>,
    lists: Lists,
    files: Vec<(Arc<str>, String)>,
    indexed: bool,
}

/// Compiled rules, immutable; what correlations remember is in a [`RuleState`].
pub struct RuleSet<E: 'static> {
    rules: Vec<RuleInfo>,
    /// For each rule, the logic to evaluate and the same with its names; nothing for correlations.
    pub(crate) logic: Vec<Option<Compiled<E>>>,
    discriminant: fn(&E) -> Option<u16>,
    index: Index<E>,
    /// Each after all it refers to.
    pub(crate) correlations: Vec<Correlation<E>>,
    /// For each rule, the correlations it feeds and through which input.
    feeds: Vec<Vec<(u32, u32)>>,
}

/// A detection's logic, twice.
pub(crate) struct Compiled<E: 'static> {
    /// Flattened and ordered by cost.
    pub(crate) fast: Logic<E>,
    /// As written.
    pub(crate) named: Logic<E>,
}

impl<E: 'static> RuleSet<E> {
    /// Returns a builder for rules over these fields.
    #[must_use]
    pub fn builder(schema: Schema<E>) -> Builder<E> {
        Builder { schema, lists: BTreeMap::new(), files: Vec::new(), indexed: true }
    }

    /// Returns the rules, ordered by file name, then by place in the file.
    #[must_use]
    pub fn rules(&self) -> &[RuleInfo] {
        &self.rules
    }

    /// Evaluates all rules on an event and puts what matched into `out`, which is emptied first.
    ///
    /// `at_ns` is the time of the event, which is all the time there is; `token` is the caller's
    /// word for it, given back with the matches it is part of.
    pub fn evaluate(
        &self,
        event: &E,
        at_ns: u64,
        token: u64,
        state: &mut RuleState,
        out: &mut Matches,
    ) {
        out.clear();
        if let Some(plan) = self.index.plan((self.discriminant)(event)) {
            let mut alive = core::mem::take(&mut out.alive);
            plan.ask(event, &mut alive);
            for (first, mut bits) in (0..).step_by(64).zip(alive.iter().copied()) {
                while bits != 0 {
                    let at = first + bits.trailing_zeros() as usize;
                    bits &= bits - 1;
                    let Some(rule) = plan.fits(at, event) else { continue };
                    if self.rules.get(rule).is_some_and(|info| info.reports) {
                        out.add_detection(rule, at_ns, token);
                    }
                    self.feed(rule, out);
                }
            }
            out.alive = alive;
        }
        let seen = Seen { event, at: at_ns, token };
        let mut next = 0;
        while let Some(&(number, _)) = out.pending.get(next) {
            let same = out.pending.iter().skip(next).take_while(|(n, _)| *n == number).count();
            let from = next;
            next += same;
            let position = usize::try_from(number).unwrap_or(usize::MAX);
            let Some(correlation) = self.correlations.get(position) else { continue };
            let pending = core::mem::take(&mut out.pending);
            let inputs = pending
                .get(from..next)
                .unwrap_or_default()
                .iter()
                .filter_map(|&(_, input)| usize::try_from(input).ok());
            let reports = self.rules.get(correlation.rule).is_some_and(|info| info.reports);
            let met = correlation.step(&seen, inputs, reports, state, out);
            out.pending = pending;
            if met {
                self.feed(correlation.rule, out);
            }
        }
    }

    /// Drops from `state` what belongs to no rule of this set. Optional: such windows run out or
    /// are evicted in time.
    pub fn forget_others(&self, state: &mut RuleState) {
        let mut known: Vec<u64> = self.correlations.iter().map(|c| c.terms.rule).collect();
        known.sort_unstable();
        state.retain(&known);
    }

    /// Returns the detections that are looked at for an event, as positions in [`Self::rules`].
    pub fn candidates(&self, event: &E) -> &[u32] {
        self.index.plan((self.discriminant)(event)).map(Plan::rules).unwrap_or_default()
    }

    /// Returns the detections that are looked at for events of one bucket; for `None`, those that
    /// ask for no bucket.
    #[must_use]
    pub fn in_bucket(&self, bucket: Option<u16>) -> &[u32] {
        self.index.plan(bucket).map(Plan::rules).unwrap_or_default()
    }

    /// Returns the rules a correlation refers to, as positions in [`Self::rules`]; none for a
    /// detection.
    pub fn refers_to(&self, rule: usize) -> impl Iterator<Item = usize> {
        let own = self.correlations.iter().filter(move |correlation| correlation.rule == rule);
        own.flat_map(|correlation| correlation.inputs.iter().map(|input| input.rule))
    }

    /// Queues the correlations a rule feeds, which all come after those already worked through.
    fn feed(&self, rule: usize, out: &mut Matches) {
        for &feed in self.feeds.get(rule).into_iter().flatten() {
            let place = out.pending.partition_point(|&queued| queued < feed);
            out.pending.insert(place, feed);
        }
    }
}

impl<E: 'static> fmt::Debug for RuleSet<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.rules.iter().map(RuleInfo::key)).finish()
    }
}

impl<E: 'static> Builder<E> {
    /// Provides the list `%name%` stands for under `expand`.
    pub fn list(&mut self, name: &str, values: Vec<String>) -> &mut Self {
        self.lists.insert(name.to_owned(), values);
        self
    }

    /// Adds a file of one or more documents.
    pub fn add(&mut self, file: &str, text: &str) -> &mut Self {
        self.files.push((file.into(), text.to_owned()));
        self
    }

    /// Has every rule looked at for every event, to see what the index is worth.
    pub fn without_index(&mut self) -> &mut Self {
        self.indexed = false;
        self
    }

    /// Compiles the rules.
    ///
    /// # Errors
    ///
    /// Returns everything that is wrong with the files, by file and place.
    pub fn build(mut self) -> Result<(RuleSet<E>, Vec<Warning>), Vec<LoadError>> {
        let added = (0..).zip(&self.files).map(|(at, (file, _))| (file.to_string(), at)).collect();
        self.files.sort_by(|a, b| a.0.cmp(&b.0));
        let (mut errors, mut broken) = (Vec::new(), Vec::new());
        let (mut documents, mut filters) = (Vec::new(), Vec::new());
        for (number, (file, text)) in self.files.iter().enumerate() {
            for document in document::read(file, text, &mut errors, &mut broken) {
                let list = match document.body {
                    Body::Filter(_) => &mut filters,
                    Body::Detection(_) | Body::Correlation(_) => &mut documents,
                };
                list.push((number, document));
            }
        }
        let mut loading = Loading {
            builder: &self,
            rules: documents.iter().map(|(_, document)| document.info.clone()).collect(),
            logic: Vec::new(),
            warnings: Vec::new(),
            errors,
            broken,
            added,
        };
        loading.check_names();
        for (number, document) in &documents {
            loading.detection(*number, document);
        }
        for (number, document) in &filters {
            loading.filter(*number, document);
        }
        let correlations = loading.correlations(&documents);
        for (at, (_, document)) in documents.iter().enumerate() {
            let reports = loading.rules.get(at).is_none_or(|info| info.reports);
            lint::document(document, reports, &self.schema, &mut loading.warnings);
        }
        loading.finish(correlations)
    }
}

/// The state of loading.
struct Loading<'b, E: 'static> {
    builder: &'b Builder<E>,
    rules: Vec<RuleInfo>,
    /// The named logic of each rule.
    logic: Vec<Option<Logic<E>>>,
    warnings: Vec<Warning>,
    errors: Vec<LoadError>,
    /// Names and ids of documents that do not read, which is told already.
    broken: Vec<String>,
    /// When each file was added.
    added: BTreeMap<String, usize>,
}

impl<E: 'static> Loading<'_, E> {
    fn fail(&mut self, file: &str, (at, problem): Located) {
        if let Problem::UnknownRule { name, .. } = &problem
            && self.broken.contains(name)
        {
            return;
        }
        self.errors.push(LoadError { place: at.in_file(file), problem });
    }

    fn check_names(&mut self) {
        let mut seen: BTreeMap<(&str, &str), &Place> = BTreeMap::new();
        let mut duplicates = Vec::new();
        // What came later is to give way: shipped rules come before those of the operator.
        let mut rules: Vec<&RuleInfo> = self.rules.iter().collect();
        rules.sort_by_key(|rule| self.added.get(&*rule.place.file));
        for rule in rules {
            for (what, word) in [("id", &rule.id), ("name", &rule.name)] {
                let Some(word) = word else { continue };
                if let Some(first) = seen.insert((what, word), &rule.place) {
                    let problem =
                        Problem::Duplicate { what, id: word.clone(), first: first.clone() };
                    duplicates.push(LoadError { place: rule.place.clone(), problem });
                }
            }
        }
        self.errors.extend(duplicates);
    }

    fn context(&self, file: usize) -> Context<'_, E> {
        let source = self.builder.files.get(file).map_or("", |(_, text)| text.as_str());
        Context { schema: self.builder.schema, lists: &self.builder.lists, source }
    }

    fn detection(&mut self, file: usize, document: &Document) {
        let Body::Detection(section) = &document.body else {
            self.logic.push(None);
            return;
        };
        let mut found = Vec::new();
        let compiled = rule::detection(&self.context(file), section, &[], &mut found);
        let name = &document.info.place.file;
        found.into_iter().for_each(|located| self.fail(name, located));
        if let Some(compiled) = &compiled {
            lint::detection(document, section, compiled, &mut self.warnings);
        }
        let position = self.logic.len();
        if let Some(info) = self.rules.get_mut(position) {
            info.content = hash(0, &section.raw().to_string());
        }
        self.logic.push(compiled.map(|compiled| compiled.logic));
    }

    /// ANDs a filter's condition into the rules it names.
    fn filter(&mut self, file: usize, document: &Document) {
        let Body::Filter(section) = &document.body else { return };
        let name = &document.info.place.file;
        let mut found = Vec::new();
        let compiled = rule::detection(&self.context(file), section, &["rules"], &mut found);
        let targets = filter_targets(&self.rules, document, section);
        found.into_iter().for_each(|located| self.fail(name, located));
        let (Some(compiled), targets) = (compiled, targets) else { return };
        lint::detection(document, section, &compiled, &mut self.warnings);
        match targets {
            Err(located) => self.fail(name, located),
            Ok(targets) => {
                for target in targets {
                    let logic = self.logic.get_mut(target).and_then(Option::as_mut);
                    let (Some(logic), Some(info)) = (logic, self.rules.get_mut(target)) else {
                        continue;
                    };
                    let title = format!("filter {}", document.info.title);
                    let filter = Logic::Named(title.into(), Box::new(compiled.logic.clone()));
                    *logic = Logic::All(vec![logic.clone(), filter]);
                    info.content = hash(info.content, &section.raw().to_string());
                }
            }
        }
    }

    /// Compiles the correlations and puts each after those it refers to.
    fn correlations(&mut self, documents: &[(usize, Document)]) -> Vec<Correlation<E>> {
        let mut linked = BTreeMap::new();
        for (rule, (_, document)) in documents.iter().enumerate() {
            let Body::Correlation(section) = &document.body else { continue };
            let schema = &self.builder.schema;
            match link::correlation(schema, &self.rules, rule, &document.node, section) {
                Ok(correlation) => {
                    linked.insert(rule, (correlation, section, document.at));
                }
                Err(located) => self.fail(&document.info.place.file, located),
            }
        }
        let mut silent = vec![false; self.rules.len()];
        let mut loud = vec![false; self.rules.len()];
        for (&rule, (link, ..)) in &linked {
            for input in &link.correlation.inputs {
                let marks = if link.generate { &mut loud } else { &mut silent };
                marks.get_mut(input.rule).into_iter().for_each(|mark| *mark = true);
                if let Some(info) = self.rules.get_mut(input.rule)
                    && info.referenced_by.last() != Some(&rule)
                {
                    info.referenced_by.push(rule);
                }
            }
        }
        for (info, (silent, loud)) in self.rules.iter_mut().zip(silent.into_iter().zip(loud)) {
            info.reports = !silent || loud;
        }
        self.in_order(linked)
    }

    fn in_order(
        &mut self,
        mut waiting: BTreeMap<usize, (link::Linked<E>, &Node, At)>,
    ) -> Vec<Correlation<E>> {
        let mut out = Vec::new();
        loop {
            let ready = waiting.iter().find(|(_, (link, ..))| {
                link.correlation.inputs.iter().all(|input| !waiting.contains_key(&input.rule))
            });
            let Some(rule) = ready.map(|(&rule, _)| rule) else { break };
            let Some((link, section, _)) = waiting.remove(&rule) else { break };
            let mut correlation = link.correlation;
            let mut content = hash(1, &section.raw().to_string());
            for input in &correlation.inputs {
                let of_input = self.rules.get(input.rule).map_or(0, |info| info.content);
                content = hash(content, &of_input.to_string());
            }
            correlation.terms.rule = content;
            if let Some(info) = self.rules.get_mut(rule) {
                info.content = content;
                info.group_by = link.group_by;
                info.timespan = Some(correlation.terms.timespan);
            }
            out.push(correlation);
        }
        for (rule, (_, _, at)) in waiting {
            let Some(info) = self.rules.get(rule) else { continue };
            let (file, key) = (Arc::clone(&info.place.file), info.key().to_owned());
            self.fail(&file, (at, Problem::Cycle(key)));
        }
        out
    }

    fn finish(
        mut self,
        correlations: Vec<Correlation<E>>,
    ) -> Result<(RuleSet<E>, Vec<Warning>), Vec<LoadError>> {
        if !self.errors.is_empty() {
            self.errors.sort_by(|a, b| a.place.cmp(&b.place));
            return Err(self.errors);
        }
        lint::set(&self.rules, &mut self.warnings);
        self.warnings.sort_by(|a, b| a.place.cmp(&b.place));
        let compile = |named: Logic<E>| Compiled { fast: named.flatten(), named };
        let logic: Vec<_> = self.logic.into_iter().map(|logic| logic.map(compile)).collect();
        let narrow = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        let detections = logic
            .iter()
            .enumerate()
            .filter_map(|(rule, logic)| Some((narrow(rule), &logic.as_ref()?.fast)))
            .collect::<Vec<_>>();
        let index =
            if self.builder.indexed { Index::new(&detections) } else { Index::all(&detections) };
        let mut feeds = vec![Vec::new(); self.rules.len()];
        for (number, correlation) in correlations.iter().enumerate() {
            for (input, from) in correlation.inputs.iter().enumerate() {
                if let Some(feeds) = feeds.get_mut(from.rule) {
                    feeds.push((narrow(number), narrow(input)));
                }
            }
        }
        let discriminant = self.builder.schema.discriminant;
        let rules = self.rules;
        Ok((RuleSet { rules, logic, discriminant, index, correlations, feeds }, self.warnings))
    }
}

/// Returns the rules a filter applies to: those it names, or with `any` all of its log source.
fn filter_targets(
    rules: &[RuleInfo],
    document: &Document,
    section: &Node,
) -> Result<Vec<usize>, Located> {
    let node = section.get("rules").ok_or((section.at, Problem::Missing("rules")))?;
    if node.scalar().as_deref() == Some("any") {
        let wanted = &document.info.logsource;
        let fits = |want: &Option<String>, have| want.is_none() || want == have;
        let fitting = rules.iter().enumerate().filter(|(_, rule)| {
            let source = &rule.logsource;
            rule.kind == RuleKind::Detection
                && fits(&wanted.product, &source.product)
                && fits(&wanted.service, &source.service)
                && fits(&wanted.category, &source.category)
        });
        return Ok(fitting.map(|(position, _)| position).collect());
    }
    let mut out = Vec::new();
    for item in node.elements() {
        let name = item.scalar().unwrap_or_default();
        let position =
            link::find(rules, &name).ok_or_else(|| (item.at, link::unknown_rule(rules, &name)))?;
        if rules.get(position).is_some_and(|rule| rule.kind == RuleKind::Correlation) {
            return Err((item.at, document::shape("rules", "detections, not correlations", item)));
        }
        out.push(position);
    }
    Ok(out)
}

/// FNV-1a, 64 bits: the same on every machine and in every version.
pub(crate) fn hash(seed: u64, text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325 ^ seed, |hash, octet| {
        (hash ^ u64::from(octet)).wrapping_mul(0x0100_0000_01b3)
    })
}
