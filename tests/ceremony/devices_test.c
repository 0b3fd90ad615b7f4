/* SPDX-License-Identifier: Apache-2.0
 *
 * Interfaces, radios, USB devices and power of a station whose /sys is laid
 * out by the test.
 */
#include "ceremony/devices.h"

#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "tests/check.h"

static char dir[256], sys[300];

/* Make a directory under sys, with those above it. */
static void
lay(const char *path)
{
	char whole[600];

	(void)snprintf(whole, sizeof whole, "%s/%s", sys, path);
	for (char *p = whole + 1; *p != '\0'; p++)
		if (*p == '/') {
			*p = '\0';
			(void)mkdir(whole, 0700);
			*p = '/';
		}
	(void)mkdir(whole, 0700);
}

static void
put(const char *path, const char *text)
{
	char whole[600];
	struct kc_err err = { 0 };

	(void)snprintf(whole, sizeof whole, "%s/%s", sys, path);
	t_ok(kc_file_write_new(whole, text, strlen(text), 0600, &err), &err);
}

static void
usb(const char *at, const char *vendor, const char *product,
    const char *serial, const char *class)
{
	char path[200];

	(void)snprintf(path, sizeof path, "bus/usb/devices/%s:1.0", at);
	lay(path);
	(void)snprintf(path, sizeof path,
	    "bus/usb/devices/%s:1.0/bInterfaceClass", at);
	put(path, class);
	(void)snprintf(path, sizeof path, "bus/usb/devices/%s", at);
	lay(path);
	(void)snprintf(path, sizeof path, "bus/usb/devices/%s/idVendor", at);
	put(path, vendor);
	(void)snprintf(path, sizeof path, "bus/usb/devices/%s/idProduct", at);
	put(path, product);
	if (serial == NULL)
		return;
	(void)snprintf(path, sizeof path, "bus/usb/devices/%s/serial", at);
	put(path, serial);
}

/* A new station: lo, a root hub, no radio. */
static int
station(void **state)
{
	static unsigned n;

	(void)state;
	if (dir[0] == '\0')
		t_dir(dir);
	(void)snprintf(sys, sizeof sys, "%s/s%u", dir, n++);
	lay("class/net/lo");
	lay("class/power_supply");
	lay("bus/usb/devices/usb1");
	return 0;
}

#define HOLDS(check, text)						\
	do {								\
		char found[400] = "";					\
		assert_true(check);					\
		assert_non_null(strstr(found, text));			\
	} while (0)
#define FAILS(check, text)						\
	do {								\
		char found[400] = "";					\
		assert_false(check);					\
		assert_non_null(strstr(found, text));			\
	} while (0)
#define NET cer_check_net(sys, found, sizeof found)
#define RADIO cer_check_radio(sys, found, sizeof found)
#define USB(list, n) cer_check_usb(sys, list, n, found, sizeof found)
#define POWER cer_check_power(sys, found, sizeof found)

static void
a_network_interface_is_a_no_go(void **state)
{
	(void)state;
	HOLDS(NET, "only lo");
	lay("class/net/eth0");
	FAILS(NET, "interface eth0");
}

static void
a_radio_is_a_no_go_blocked_or_not(void **state)
{
	(void)state;
	HOLDS(RADIO, "no radio");
	lay("class/rfkill");
	lay("class/bluetooth");
	HOLDS(RADIO, "no radio");
	lay("class/bluetooth/hci0");
	FAILS(RADIO, "radio hci0");
	lay("class/rfkill/rfkill0");
	FAILS(RADIO, "radio rfkill0");
}

static void
what_cannot_be_read_does_not_hold(void **state)
{
	(void)state;
	(void)snprintf(sys, sizeof sys, "%s/nowhere", dir);
	FAILS(NET, "/sys/class/net cannot be read");
	FAILS(RADIO, "/sys/class/rfkill cannot be read");
	FAILS(USB(NULL, 0), "/sys/bus/usb cannot be read");
	FAILS(POWER, "/sys/class/power_supply cannot be read");
}

static void
a_usb_device_that_is_not_listed_is_a_no_go(void **state)
{
	static const struct cer_usb_def list[] = {
		{ "08e6:3437", "", false }, { "1050:0407", "5551", false } };

	(void)state;
	HOLDS(USB(NULL, 0), "0 device(s)");
	usb("1-2", "08e6", "3437\n", NULL, "0b");
	FAILS(USB(NULL, 0), "08e6:3437 at 1-2 is not in the site file");
	HOLDS(USB(list, 2), "1 device(s), each as listed");
	usb("1-4.1", "1050\n", "0407\n", "5551\n", "0b\n");
	HOLDS(USB(list, 2), "2 device(s)");
	usb("1-4.2", "1050", "0407", "5552", "0b");
	FAILS(USB(list, 2), "1050:0407 at 1-4.2, serial 5552 is not");
}

static void
a_keyboard_that_is_not_bound_is_a_no_go(void **state)
{
	static const struct cer_usb_def bound[] = {
		{ "046d:c31c", "", true } };
	static const struct cer_usb_def other[] = {
		{ "046d:c31c", "", false } };

	(void)state;
	usb("1-3", "046d", "c31c", NULL, "03");
	FAILS(USB(other, 1), "046d:c31c at 1-3, a HID is not");
	HOLDS(USB(bound, 1), "1 device(s)");
	/* A second interface that types, on a device that may not. */
	usb("1-5", "1234", "0001", NULL, "08");
	lay("bus/usb/devices/1-5:1.1");
	put("bus/usb/devices/1-5:1.1/bInterfaceClass", "03\n");
	FAILS(USB(bound, 1), "1234:0001 at 1-5, a HID is not");
}

static void
a_device_that_does_not_say_what_it_is_is_a_no_go(void **state)
{
	static const struct cer_usb_def list[] = { { ":", "", true } };

	(void)state;
	lay("bus/usb/devices/1-6");
	FAILS(USB(list, 1), "/sys/bus/usb cannot be read");
}

static void
a_device_s_words_are_made_harmless(void **state)
{
	(void)state;
	usb("1-7", "1234", "0001", "\033[2Jx\377", "08");
	FAILS(USB(NULL, 0), "serial ?[2Jx?");
}

static void
more_devices_than_can_be_judged_are_a_no_go(void **state)
{
	static const struct cer_usb_def list[] = {
		{ "1234:0001", "", false } };
	char at[16];

	(void)state;
	for (int i = 0; i < CER_DEVICES_MAX + 1; i++) {
		(void)snprintf(at, sizeof at, "1-%d", i);
		usb(at, "1234", "0001", NULL, "08");
	}
	FAILS(USB(list, 1), "more than can be judged");
}

static void
a_battery_without_mains_is_a_no_go(void **state)
{
	(void)state;
	HOLDS(POWER, "no battery");
	lay("class/power_supply/BAT0");
	put("class/power_supply/BAT0/type", "Battery\n");
	put("class/power_supply/BAT0/capacity", "71\n");
	FAILS(POWER, "battery at 71 %, not on the mains");
	lay("class/power_supply/AC");
	put("class/power_supply/AC/type", "Mains\n");
	put("class/power_supply/AC/online", "1\n");
	HOLDS(POWER, "battery at 71 %, on the mains");
}

static void
a_mouse_s_battery_is_not_the_station_s(void **state)
{
	(void)state;
	lay("class/power_supply/hidpp0");
	put("class/power_supply/hidpp0/type", "Battery");
	put("class/power_supply/hidpp0/scope", "Device");
	HOLDS(POWER, "no battery");
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
#define T(f) cmocka_unit_test_setup(f, station)
		T(a_network_interface_is_a_no_go),
		T(a_radio_is_a_no_go_blocked_or_not),
		T(what_cannot_be_read_does_not_hold),
		T(a_usb_device_that_is_not_listed_is_a_no_go),
		T(a_keyboard_that_is_not_bound_is_a_no_go),
		T(a_device_that_does_not_say_what_it_is_is_a_no_go),
		T(a_device_s_words_are_made_harmless),
		T(more_devices_than_can_be_judged_are_a_no_go),
		T(a_battery_without_mains_is_a_no_go),
		T(a_mouse_s_battery_is_not_the_station_s),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
