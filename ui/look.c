/* SPDX-License-Identifier: Apache-2.0
 *
 * The three sets of signs.
 */
#include "ui/look.h"

const struct ui_glyphs ui_glyphs_utf8 = {
	.ok = "✓", .now = "▶", .bad = "✗",
	.hline = "─", .vline = "│", .tee_down = "┬", .tee_up = "┴",
	.tee_right = "├",
	.open = "“", .close = "”", .more = "…",
	.dot = "·", .full = "▓", .empty = "░", .up = "↑", .down = "↓",
};

/* The console's 256 or 512 glyphs have code page 437, not Dingbats. */
const struct ui_glyphs ui_glyphs_console = {
	.ok = "√", .now = "►", .bad = "x",
	.hline = "─", .vline = "│", .tee_down = "┬", .tee_up = "┴",
	.tee_right = "├",
	.open = "\"", .close = "\"", .more = "~",
	.dot = "·", .full = "▓", .empty = "░", .up = "^", .down = "v",
};

const struct ui_glyphs ui_glyphs_ascii = {
	.ok = "+", .now = ">", .bad = "x",
	.hline = "-", .vline = "|", .tee_down = "+", .tee_up = "+",
	.tee_right = "+",
	.open = "\"", .close = "\"", .more = "~",
	.dot = "-", .full = "#", .empty = ".", .up = "^", .down = "v",
};
