/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The guest's first program, kernels_init.sh, inside the command: it needs no file to be installed. */
#include "runners/kernels_script.h"

__asm__(".section .rodata\n"
        ".global kernels_script\n"
        "kernels_script:\n"
        ".incbin \"runners/kernels_init.sh\"\n"
        ".global kernels_script_end\n"
        "kernels_script_end:\n"
        ".byte 0\n"
        ".previous\n");
