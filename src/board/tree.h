// Inside the making of device trees.
#ifndef STINKARM_BOARD_TREE_H
#define STINKARM_BOARD_TREE_H

#include "base/fdt.h"
#include "board/machine.h"

struct tree_cells {
    unsigned address, size; // 32-bit words of each
};

struct tree_cells tree_root_cells(const struct machine *m);
void tree_reg(struct fdt *f, struct tree_cells cells, uint64_t base, uint64_t size);

// tree_gen.c: the whole tree of the board, from its tables, open inside the root node; without /chosen and
// /memory.
void tree_generate(const struct machine *m, struct fdt *f);
// The nodes of the virtio slots alone, for a given tree.
void tree_virtio(const struct machine *m, struct fdt *f, struct tree_cells cells, uint32_t interrupt_parent);

// tree_config.c: the configuration bus of the motherboard or of the tile.
void tree_config_bus(const struct machine *m, struct fdt *f, bool tile);

#endif
