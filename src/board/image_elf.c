// ELF files: Linux's vmlinux and programs for the bare machine, by their physical addresses.
#include "elf/elf.h"

#include "base/log.h"
#include "board/boot.h"

// Whether an address is memory that the machine has.
static bool in_memory(struct machine *m, uint64_t address)
{
    const struct bus_range *r = bus_find(&m->bus, address);
    return r && r->kind == BUS_RAM;
}

bool kernel_elf(struct machine *m, const struct bytes *file, struct kernel_image *image)
{
    struct elf e;
    struct elf_error err;
    if (!elf_parse_physical(&e, file->data, file->size, &err)) {
        warn("kernel '%s': %s", m->opt.kernel, err.text);
        return false;
    }
    if (log_on(LOG_ELF)) elf_print(&e, log_line);
    uint64_t lowest = UINT64_MAX, entry = e.entry;
    bool entry_found = false;
    for (unsigned i = 0; i < e.phnum; i++) {
        const struct elf_segment s = elf_segment(&e, i);
        if (s.type != ELF_PT_LOAD || !s.memsz) continue;
        if (image->nparts == KERNEL_MAX_PARTS) {
            warn("kernel '%s': more than %d segments", m->opt.kernel, KERNEL_MAX_PARTS);
            return false;
        }
        image->part[image->nparts++] = (struct kernel_part){
            .base = s.paddr, .data = file->data + s.offset, .size = s.filesz, .zeros = s.memsz - s.filesz};
        if (s.paddr < lowest) lowest = s.paddr;
        // The entry is a virtual address.
        const uint64_t at = (e.entry & ~1ull) - s.vaddr;
        if (at < s.memsz && !entry_found) {
            entry_found = true;
            entry = s.paddr + at + (e.entry & 1);
            image->wants_tree = at < s.filesz && kernel_is_linux(file->data + s.offset + at, s.filesz - at);
        }
    }
    if (!entry_found && !m->opt.have_entry) {
        warn("kernel '%s': e_entry is 0x%llx, in no segment; --entry-point-address says where to start",
             m->opt.kernel, (unsigned long long)e.entry);
        return false;
    }
    // Linux's physical addresses are its virtual ones, 0x8000 behind where it maps memory; the kernel finds
    // out where it really is.
    uint64_t shift = 0;
    if (m->opt.have_load)
        shift = m->opt.load_address - lowest;
    else if (image->wants_tree && !in_memory(m, lowest))
        shift = m->board->ram_base - (lowest & ~0xfffffffull);
    image->kind = "ELF kernel";
    image->exact = true;
    image->use_base = UINT64_MAX;
    for (unsigned i = 0; i < image->nparts; i++) {
        struct kernel_part *p = &image->part[i];
        p->base += shift;
        const uint64_t end = p->base + p->size + p->zeros;
        if (p->base < image->use_base) image->use_base = p->base;
        if (end > image->use_end) image->use_end = end;
    }
    const uint64_t page_tables = m->board->ram_base + 0x3000;
    if (image->wants_tree && image->use_base > page_tables && image->use_base - page_tables <= 0x5000)
        image->use_base = page_tables;
    image->entry = (uint32_t)(entry + shift);
    return true;
}
