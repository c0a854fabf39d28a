#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# beside: the measuring
# timeout: 300
# Every method while each system call moves a few odd bytes only, or is interrupted.
export MATRIX_PRELOAD=$BUILD/tests/preload/io.so IO_FAULT=short
exec "$BUILD/tests/matrix/matrix" "$BUILD/methods" "$TMPDIR" small
