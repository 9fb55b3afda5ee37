//! Carrying out what `plan::scaling` says: on live nodes, with `apply::slots` as the library that moves slots and changes members.
