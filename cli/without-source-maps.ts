/**
 * Imported before anything else by what builds stacks: cdktf records a stack trace for every token, and
 * looking up tsx's source maps for each costs a fifth of a synthesis. Lines in a stack trace of this
 * process are then those of the compiled files, which differ little from the sources.
 */
process.setSourceMapsEnabled(false);
