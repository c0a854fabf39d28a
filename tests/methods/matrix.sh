#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# beside: the measuring
# timeout: 300
# Every method, over its axes and around the edges: see tests/matrix/main.c.
exec "$BUILD/tests/matrix/matrix" "$BUILD/methods" "$TMPDIR" "${MATRIX_EFFORT:-full}"
