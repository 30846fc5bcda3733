"""The table of numbers that the machine code reads.

The target is cut into tiles, all images one after another. A strip of tiles is a unit of work: its
inputs are transformed into a small matrix for each point (tiles x channels), these are multiplied
by the transformed windows, and the outputs are found from the products. All of that stays in the
second-level cache, of which each task has a part of its own.
"""

(
    TASK, TASKS, WORK, SOURCE, TARGET, PACKED, BIAS, EPILOGUE, SCRATCH, ROOM,
    WINDOWS, WINDOWS_STEP, TILES, STRIP, IMAGE_TILES, LINE_TILES, CHANNELS, FILTERS, PANELS,
    ROWS, CELLS, FIRST_ROW, FIRST_CELL, ROW_GAP, CELL_GAP, TARGET_ROWS, TARGET_CELLS,
    PARTS, SLICES, FIELDS,
) = range(30)  # fmt: skip
"""Places in the table.

TASK to ROOM as in `convolution.layout`; a panel of the packed factor has 9 elements of the window x
CHANNELS rows. The address of the transformed WINDOWS, for each point PANELS x CHANNELS rows, which
begin WINDOWS_STEP elements after those of the point before.

TILES in all, STRIP of them in a unit, IMAGE_TILES in an image, LINE_TILES beside each other. ROWS
and CELLS of an image of the source, TARGET_ROWS and TARGET_CELLS of the target; FIRST_ROW and
FIRST_CELL are where the window of the first place begins, outside if negative. The elements of a
window are ROW_GAP and CELL_GAP apart, and so are the inputs and the outputs of a tile: as many
tiles lie in one another.

For the gradient of the windows the strips are cut into PARTS and the channels into SLICES, which
make tasks; each part has its own gradients at the points, at WINDOWS, and TARGET is read.
"""
