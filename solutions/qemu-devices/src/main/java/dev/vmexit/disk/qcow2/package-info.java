/// qcow2, versions 2 and 3: guest clusters found through two levels of tables, host clusters
/// counted by two more.
///
/// ```
///  header ─┬─ L1 table ── L2 tables ── data clusters, or the backing file, or zeros
///          ├─ refcount table ── refcount blocks: how often each host cluster is referred to
///          └─ snapshot table ── each snapshot's own L1 table
/// ```
///
/// At every moment the file is consistent or has clusters nobody refers to: counts grow before
/// references do, and shrink after. Read [Qcow2Disk], then [Metadata#commit].
package dev.vmexit.disk.qcow2;
