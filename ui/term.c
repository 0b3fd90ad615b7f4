/* SPDX-License-Identifier: Apache-2.0
 *
 * The terminal: one place that opens it and one that gives it back.
 *
 * A signal handler may call only write, tcsetattr, sigaction and raise, so
 * what it writes is prepared beforehand.
 */
#include "ui/term.h"

#include <errno.h>
#include <langinfo.h>
#include <locale.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include <curses.h>
#include <term.h>

#include "ui/colour.h"

#define RESTORE_MAX 160
#define ESC_DELAY_MS 50

static const int fatal[] = { SIGTERM, SIGHUP, SIGQUIT, SIGABRT, SIGSEGV,
	SIGBUS, SIGFPE, SIGILL, SIGPIPE };
static const int flagged[] = { SIGINT, SIGWINCH, SIGTSTP };
#define N_FATAL (sizeof fatal / sizeof *fatal)
#define N_FLAGGED (sizeof flagged / sizeof *flagged)

/* The signal flag, and what the handlers need: the one exception that the
 * house style makes for globals. */
static volatile sig_atomic_t interrupted;
static volatile sig_atomic_t taken;
static struct termios before;
static char restore[RESTORE_MAX];
static size_t restore_len;

static SCREEN *screen;
static WINDOW *keys;		/* a pad: reading from it never redraws */
static struct sigaction old_fatal[N_FATAL], old_flagged[N_FLAGGED];

static void
on_flag(int sig)
{
	if (sig == SIGINT)
		interrupted = 1;
}

static void
on_fatal(int sig)
{
	if (taken) {
		taken = 0;
		if (write(STDOUT_FILENO, restore, restore_len) < 0)
			(void)0;	/* nothing is left to do about it */
		(void)tcsetattr(STDIN_FILENO, TCSANOW, &before);
	}
	(void)signal(sig, SIG_DFL);
	(void)raise(sig);
}

/* Remember a capability for the handler; %-parameters and padding do not
 * occur in these. */
static void
remember(const char *name)
{
	char cap[16];
	const char *s;
	size_t len;

	(void)strncpy(cap, name, sizeof cap - 1);
	cap[sizeof cap - 1] = '\0';
	s = tigetstr(cap);
	if (s == NULL || s == (const char *)-1)
		return;
	for (len = 0; s[len] != '\0' && strncmp(s + len, "$<", 2) != 0;)
		len++;
	if (restore_len + len > sizeof restore)
		return;
	memcpy(restore + restore_len, s, len);
	restore_len += len;
}

static void
take_signals(void)
{
	struct sigaction sa = { .sa_handler = on_fatal };

	(void)sigemptyset(&sa.sa_mask);
	sa.sa_flags = SA_NODEFER;
	for (size_t i = 0; i < N_FATAL; i++)
		(void)sigaction(fatal[i], &sa, &old_fatal[i]);
	sa.sa_handler = on_flag;
	sa.sa_flags = 0;	/* interrupts poll: that is the point */
	for (size_t i = 0; i < N_FLAGGED; i++)
		(void)sigaction(flagged[i], &sa, &old_flagged[i]);
}

static void
choose_look(struct ui_look *ret)
{
	const char *term = getenv("TERM");
	bool utf8 = strcmp(nl_langinfo(CODESET), "UTF-8") == 0;

	/* The VT100 family has no UTF-8, whatever the locale says. */
	if (term == NULL || strncmp(term, "vt1", 3) == 0 ||
	    strncmp(term, "vt2", 3) == 0 || strcmp(term, "ansi") == 0)
		utf8 = false;
	ret->ascii = !utf8;
	ret->g = !utf8 ? &ui_glyphs_ascii :
	    strncmp(term, "linux", 5) == 0 ? &ui_glyphs_console :
	    &ui_glyphs_utf8;
}

static bool
set_modes(void)
{
	static char cup[] = "cup";
	const char *s = tigetstr(cup);

	if (s == NULL || s == (const char *)-1)
		return false;
	keys = newpad(1, 1);
	if (keys == NULL || raw() == ERR || noecho() == ERR || nonl() == ERR)
		return false;
	(void)keypad(keys, TRUE);
	(void)nodelay(keys, TRUE);
	(void)set_escdelay(ESC_DELAY_MS);
	(void)typeahead(-1);	/* never cut a frame short for input */
	restore_len = 0;
	remember("sgr0");
	remember("op");
	remember("cnorm");
	remember("rmkx");
	remember("rmcup");
	return true;
}

kc_result
ui_term_open(struct ui_look *ret, struct kc_err *err)
{
	static bool at_exit;
	const char *term = getenv("TERM");

	if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO))
		return KC_FAIL(err, KC_EUSAGE, 0,
		    "the screens need a terminal on standard input and output;"
		    " use --plain or --answers FILE");
	if (tcgetattr(STDIN_FILENO, &before) != 0)
		return KC_FAIL(err, KC_EIO, errno,
		    "cannot read the terminal's settings: %s",
		    strerror(errno));
	(void)setlocale(LC_ALL, "");
	screen = newterm(NULL, stdout, stdin);
	if (screen == NULL || !set_modes()) {
		taken = 1;
		ui_term_close();
		return KC_FAIL(err, KC_EIO, 0,
		    "the terminal type '%s' is unknown or cannot place a "
		    "cursor; set TERM, or use --plain",
		    term != NULL ? term : "");
	}
	choose_look(ret);
	ui_colour_init();
	interrupted = 0;
	taken = 1;
	take_signals();
	if (!at_exit && atexit(ui_term_close) == 0)
		at_exit = true;
	return KC_DONE;
}

void
ui_term_close(void)
{
	if (!taken)
		return;
	taken = 0;
	if (keys != NULL) {
		(void)curs_set(1);
		(void)delwin(keys);
		keys = NULL;
	}
	if (screen != NULL) {
		(void)endwin();
		delscreen(screen);
		screen = NULL;
		for (size_t i = 0; i < N_FATAL; i++)
			(void)sigaction(fatal[i], &old_fatal[i], NULL);
		for (size_t i = 0; i < N_FLAGGED; i++)
			(void)sigaction(flagged[i], &old_flagged[i], NULL);
	}
	(void)tcsetattr(STDIN_FILENO, TCSANOW, &before);
}

void
ui_term_size(int *ret_rows, int *ret_cols)
{
	struct winsize ws = { 0 };

	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &ws) == 0 && ws.ws_row > 0 &&
	    ws.ws_col > 0 && (ws.ws_row != LINES || ws.ws_col != COLS))
		(void)resizeterm(ws.ws_row, ws.ws_col);
	*ret_rows = LINES;
	*ret_cols = COLS;
}

void
ui_term_show(const struct ui_grid *g)
{
	(void)erase();
	for (int y = 0; y < g->rows && y < LINES; y++) {
		for (int x = 0; x < g->cols && x < COLS; x++) {
			const struct ui_cell *c =
			    &g->cell[(size_t)y * (size_t)g->cols + (size_t)x];
			short pair;
			attr_t a = ui_colour(c->attr, &pair);

			if (c->width == 0)
				continue;
			(void)attr_set(a, pair, NULL);
			(void)mvaddstr(y, x, c->text);
		}
	}
	(void)curs_set(g->cur_row >= 0);
	if (g->cur_row >= 0)
		(void)move(g->cur_row, g->cur_col);
	(void)wnoutrefresh(stdscr);
	(void)doupdate();
}

bool
ui_term_interrupted(void)
{
	bool was = interrupted != 0;

	interrupted = 0;
	return was;
}

void
ui_term_flush(void)
{
	(void)flushinp();
	(void)tcflush(STDIN_FILENO, TCIFLUSH);
}

void
ui_term_beep(void)
{
	(void)beep();
}

int
ui_term_wait(int timeout_ms)
{
	struct pollfd p = { STDIN_FILENO, POLLIN, 0 };
	int n = poll(&p, 1, timeout_ms);

	if (n < 0)
		return errno == EINTR ? 0 : -1;
	if (n == 0)
		return 0;
	return (p.revents & (POLLHUP | POLLERR | POLLNVAL)) != 0 ? -1 : 1;
}

static struct ui_key
translate(bool function, wint_t c)
{
	static const struct {
		bool function;
		wint_t c;
		enum ui_key_kind kind;
	} t[] = {
		{ true, KEY_ENTER, UI_KEY_ENTER }, { true, KEY_UP, UI_KEY_UP },
		{ true, KEY_DOWN, UI_KEY_DOWN },
		{ true, KEY_LEFT, UI_KEY_LEFT },
		{ true, KEY_RIGHT, UI_KEY_RIGHT },
		{ true, KEY_HOME, UI_KEY_HOME }, { true, KEY_END, UI_KEY_END },
		{ true, KEY_PPAGE, UI_KEY_PGUP },
		{ true, KEY_NPAGE, UI_KEY_PGDN },
		{ true, KEY_BTAB, UI_KEY_BACKTAB },
		{ true, KEY_BACKSPACE, UI_KEY_BACKSPACE },
		{ true, KEY_DC, UI_KEY_DELETE },
		{ true, KEY_F(1), UI_KEY_HELP },
		{ true, KEY_F(2), UI_KEY_EXCEPT },
		{ true, KEY_F(3), UI_KEY_SUSPEND },
		{ true, KEY_F(4), UI_KEY_HEAD },
		{ false, '\r', UI_KEY_ENTER }, { false, '\n', UI_KEY_ENTER },
		{ false, '\t', UI_KEY_TAB }, { false, 0x1b, UI_KEY_ESC },
		{ false, 0x08, UI_KEY_BACKSPACE },
		{ false, 0x7f, UI_KEY_BACKSPACE },
		{ false, 0x15, UI_KEY_CLEAR }, { false, 0x03, UI_KEY_SUSPEND },
		{ false, 0x01, UI_KEY_HOME }, { false, 0x05, UI_KEY_END },
	};

	for (size_t i = 0; i < sizeof t / sizeof *t; i++)
		if (t[i].function == function && t[i].c == c)
			return (struct ui_key){ t[i].kind, 0 };
	if (function || c < 0x20)
		return (struct ui_key){ UI_KEY_OTHER, 0 };
	return (struct ui_key){ UI_KEY_CHAR, (uint32_t)c };
}

/* An escape with more right behind it is a key that this terminal's
 * description lacks, or Alt and a letter: none of ours, and its letters are
 * not keys either. */
static bool
swallow_sequence(void)
{
	wint_t c = 0;
	int left = 32;

	if (wget_wch(keys, &c) != OK)
		return false;
	if (c == 'O')
		(void)wget_wch(keys, &c);
	if (c != '[')
		return true;
	do {
		if (wget_wch(keys, &c) != OK)
			break;
	} while ((c < 0x40 || c > 0x7e || c == '[') && --left > 0);
	return true;
}

/* A key curses has or can read now. */
static bool
pending(struct ui_key *ret)
{
	wint_t c = 0;
	int n = wget_wch(keys, &c);

	if (n == ERR)
		return false;
	if (n == OK && c == 0x1b && swallow_sequence()) {
		*ret = (struct ui_key){ UI_KEY_OTHER, 0 };
		return true;
	}
	if (n == KEY_CODE_YES && c == KEY_RESIZE)
		*ret = (struct ui_key){ UI_KEY_NONE, 0 };
	else
		*ret = translate(n == KEY_CODE_YES, c);
	return true;
}

struct ui_key
ui_term_key(int timeout_ms)
{
	struct ui_key k = { UI_KEY_NONE, 0 };
	int n;

	if (ui_term_interrupted())
		return (struct ui_key){ UI_KEY_SUSPEND, 0 };
	if (pending(&k))
		return k;
	n = ui_term_wait(timeout_ms);
	if (ui_term_interrupted())
		return (struct ui_key){ UI_KEY_SUSPEND, 0 };
	if (n < 0)
		return (struct ui_key){ UI_KEY_END_OF_INPUT, 0 };
	if (n > 0)
		(void)pending(&k);
	return k;
}
