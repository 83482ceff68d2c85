/// Execution: decoded blocks, the cache that holds them, and the loop that runs them.
///
/// [Interpreter] is the page everybody should be able to draw: find the block, run it, look at the
/// world when the budget is gone. [CodePage] and [CodeCache] keep what was decoded for as long as
/// the bytes stay what they were.
package dev.vmexit.softkvm.exec;
