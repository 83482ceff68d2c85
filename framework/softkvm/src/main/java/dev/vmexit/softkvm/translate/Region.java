package dev.vmexit.softkvm.translate;

import dev.vmexit.softkvm.exec.Block;
import dev.vmexit.softkvm.insn.Insn;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/// The blocks that are translated together: those that can be reached from the entry by direct
/// jumps, and by returns from calls, without leaving its page, if they have ever run.
///
/// There is one entry, so that the guest's natural loops are natural loops in the method too;
/// HotSpot optimizes no others.
final class Region {
    static final int MOST_INSTRUCTIONS = 200;
    /// A block that has run no more often than this is left out.
    private static final int COLD = 4;

    final Block entry;
    /// By offset in the page, in the order of discovery.
    final Map<Integer, Block> blocks = new LinkedHashMap<>();
    /// Offsets behind the region's own calls at which its returns may go on.
    final Set<Integer> returnSites = new HashSet<>();

    private Region(Block entry) {
        this.entry = entry;
    }

    // tag::around[]
    /// @param limit how many instructions at most
    static Region around(Block entry, int limit) {
        var region = new Region(entry);
        int room = limit;
        Deque<Block> open = new ArrayDeque<>();
        open.add(entry);
        while (!open.isEmpty()) {
            Block block = open.poll();
            boolean fits = block.insns.length <= room || block == entry;
            if (region.blocks.containsKey(block.offset) || !fits) {
                continue;
            }
            room -= block.insns.length;
            region.blocks.put(block.offset, block);
            for (int target : successors(block)) {
                Block next = entry.page.find(target, entry.codeSize);
                if (next != null && next.valid && !next.crossesPages()
                        && (next.heat > COLD || next.translation != null)) {
                    open.add(next);
                }
            }
        }
        region.findReturnSites();
        return region;
    }
    // end::around[]

    private void findReturnSites() {
        for (Block block : blocks.values()) {
            int behind = block.offset + block.length;
            if (block.last().form.name().startsWith("CALL") && blocks.containsKey(behind)) {
                returnSites.add(behind);
            }
        }
    }

    int instructions() {
        return blocks.values().stream().mapToInt(b -> b.insns.length).sum();
    }

    /// {@return offsets in this page to which the block's end leads directly}
    private static int[] successors(Block block) {
        Insn last = block.last();
        int behind = block.offset + block.length;
        return switch (last.form.name()) {
            case "JMP" -> inPage(behind + last.imm);
            case "JCC" -> both(behind, behind + last.imm);
            case "CALL" -> both(behind, behind + last.imm);
            case "CALL_E" -> inPage(behind);
            default -> last.form.has("end") ? new int[0] : inPage(behind);
        };
    }

    private static int[] inPage(long offset) {
        return offset >= 0 && offset < 4096 ? new int[]{(int) offset} : new int[0];
    }

    private static int[] both(int next, long taken) {
        if (next >= 4096) {
            return inPage(taken);
        }
        return taken >= 0 && taken < 4096 ? new int[]{(int) taken, next} : new int[]{next};
    }
}
