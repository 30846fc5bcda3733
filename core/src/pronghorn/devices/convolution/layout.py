"""The table of numbers that the machine code of convolutions reads.

All of them are products whose left factor is gathered (`simd.gathered`), for one unit of work
after another: a band of an image's rows, or a few whole images. Windows that reach over the edges
of an image read from a copy of the unit with margins of zeros, any others from where it lies.

A row is of lines: one in an image, several in a volume, whose planes are the rows here.
"""

(
    TASK, TASKS, WORK, SOURCE, TARGET, PACKED, BIAS, EPILOGUE, SCRATCH, ROOM,
    IMAGES, GROUP, BANDS, BAND, COLUMNS, JOBS, PANEL,
    IMAGE, ROWS, LINES, LINE, FIRST_ROW, FIRST_LINE, FIRST_CELL, STEP,
    PADDED_ROWS, PADDED_LINES, PADDED_LINE, CELL, PANEL_COPY, TARGET_IMAGE, TARGET_ROW,
    PARTIAL, RIGHT, DEPTH, PARTS, SLICES, CHUNK, SUMS, FIELDS,
) = range(40)  # fmt: skip
"""Places in the table.

TASK to WORK as in `product.layout`. Addresses: of the source of the left factor, the target, the
packed right factor, the bias (or 0), the epilogue (or 0), the scratch memory of which each task
has ROOM elements. IMAGES in all, GROUP of them in a unit or one in BANDS bands of BAND rows;
COLUMNS of the target, JOBS for each unit, elements in a PANEL of the right factor.

Of the source: elements of an IMAGE, its number of ROWS, LINES of a row, elements of a LINE;
FIRST_ROW, FIRST_LINE and FIRST_CELL (an element of a line) are where the window of the first place
begins, STEP how many rows the next one is below. PADDED_ROWS of PADDED_LINES of PADDED_LINE
elements make up a unit's copy of an image; PADDED_LINE is 0 where there are no copies. Of channels
apart, each panel has a copy of its own, of PANEL_COPY elements, CELL of them for a cell. Of the
target: an image, and what a row of the unit moves. PARTIAL is where in a task's scratch memory the
sums of a unit and a panel are whose depth is not done.

For gradients of weights: the address of the RIGHT factor, DEPTH rows of the gradient, PARTS of
the units and SLICES of the rows that make tasks, CHUNK of places at a time, and the address of
each part's SUMS.
"""

(JOB_ROWS, JOB_COLUMNS, JOB_SOURCES, JOB_TARGETS, JOB_STEPS, JOB_DEPTH, JOB_PACKED, JOB_CHUNK,
 JOB_FIELDS) = range(9)  # fmt: skip
"""Places in the table of a job, which come after FIELDS: rows and columns of places that it has in
an image; where in the table the offsets of its places in the source and in the target are, and
those of its steps along the depth; how many; where in a panel its rows of the factor are; and how
many of them are in use at a time."""
