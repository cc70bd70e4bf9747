//! SMS transfer layer headers (TS 23.040).
