//! Links: every member has their own, so that what a click brings is known to be theirs (rules 40 and 41).
