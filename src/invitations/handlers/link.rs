//! What a mailed link opens (rules 48 to 54).
