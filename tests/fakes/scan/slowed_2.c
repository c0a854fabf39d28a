/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A scan that does 2 % more than it has to. */
#define PERCENT 2U
#include "tests/fakes/slowed.h"
