/* Prints on port 0xe9 what a boot loader has handed over. Left out is where things are: two loaders
   may differ in that. */
typedef unsigned int u32;
typedef unsigned long long u64;

struct information {
    u32 flags, mem_lower, mem_upper, boot_device, cmdline, mods_count, mods_addr, syms[4];
    u32 mmap_length, mmap_addr, drives_length, drives_addr, config_table, boot_loader_name;
};

struct module {
    u32 start, end, string, reserved;
};

struct mmap {
    u32 size;
    u64 base, length;
    u32 type;
} __attribute__((packed));

static char zeros[10000];

static void put(char c)
{
    __asm__ volatile("outb %0, %1" : : "a"(c), "Nd"((unsigned short)0xe9));
}

static void print(const char *text)
{
    while (*text) put(*text++);
}

static void number(const char *name, u32 value)
{
    print(name);
    for (int shift = 28; shift >= 0; shift -= 4) put("0123456789abcdef"[value >> shift & 15]);
    put('\n');
}

static void text(const char *name, u32 address)
{
    print(name);
    print((const char *)address);
    put('\n');
}

static u32 sum(u32 from, u32 to)
{
    u32 sum = 0;
    for (u32 at = from; at < to; at++) sum = sum * 31 + *(unsigned char *)at;
    return sum;
}

static void modules(struct information *info)
{
    struct module *module = (struct module *)info->mods_addr;
    number("modules    ", info->mods_count);
    for (u32 i = 0; i < info->mods_count; i++, module++) {
        text("  string   ", module->string);
        number("  bytes    ", module->end - module->start);
        number("  sum      ", sum(module->start, module->end));
        number("  in page  ", module->start & 4095);
        number("  reserved ", module->reserved);
    }
}

/* Of the map, what both machines have in the same way: RAM at 0 and at 1 MiB, the end of a page. */
static void memory(struct information *info)
{
    u32 end = info->mmap_addr + info->mmap_length;
    for (u32 at = info->mmap_addr; at < end; at += *(u32 *)at + 4) {
        struct mmap *entry = (struct mmap *)at;
        if (entry->type == 1 && entry->base == 0) number("low RAM    ", entry->length);
        if (entry->type == 1 && entry->base == 0x100000) number("RAM from   ", entry->base);
        if (entry->size != 20) number("odd entry  ", entry->size);
    }
}

void report(u32 eax, struct information *info, u32 eflags)
{
    u32 cr0, cr4;
    __asm__ volatile("movl %%cr0, %0" : "=r"(cr0));
    __asm__ volatile("movl %%cr4, %0" : "=r"(cr4));
    number("eax        ", eax);
    number("cr0 PG, PE ", cr0 & 0x80000001);
    number("eflags VM, IF ", eflags & 0x20200);
    number("flags      ", info->flags & ~2); /* bit 1: a boot device, which only a BIOS has */
    number("mem_lower  ", info->mem_lower);
    text("cmdline    ", info->cmdline);
    number("name there ", *(char *)info->boot_loader_name != 0);
    modules(info);
    memory(info);
    number("bss        ", sum((u32)zeros, (u32)zeros + sizeof zeros));
}
