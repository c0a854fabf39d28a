#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# timeout: 300
# Every method, over its axes and around the edges: see matrix.c.
exec "$BUILD/tests/methods/matrix" "$BUILD/methods" "$TMPDIR" "${MATRIX_EFFORT:-full}"
