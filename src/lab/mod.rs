//! A cluster of local server processes, to try things on.
