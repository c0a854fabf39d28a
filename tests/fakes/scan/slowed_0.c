/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A scan that does 0 % more than it has to. */
#define PERCENT 0U
#include "tests/fakes/slowed.h"
