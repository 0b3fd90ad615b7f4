/* SPDX-License-Identifier: Apache-2.0
 *
 * What is attached to the station, as /sys shows it: network interfaces,
 * radios, USB devices, power.  Under a root that tests can lay elsewhere.
 */
#ifndef KC_CEREMONY_DEVICES_H
#define KC_CEREMONY_DEVICES_H

#include <stdbool.h>
#include <stddef.h>

#define CER_SYS "/sys"
#define CER_DEVICES_MAX 64
#define CER_USB_MAX 32

/* struct cer_usb_def: a USB device that the site file allows.
 *  id      "1050:0407", vendor and product as in lsusb
 *  serial  of this one only; "": any
 *  hid     it may be a keyboard, or something else that types */
struct cer_usb_def {
	const char *id, *serial;
	bool hid;
};

/* struct cer_device: a network interface (usb false: only at), or a USB
 * device: where it is, what it says it is. */
struct cer_device {
	bool usb, hid;
	char at[32], id[10], serial[64];
};

/* struct cer_devices: all of them; net_ok, usb_ok: could they be read?
 * more: some were not kept. */
struct cer_devices {
	bool net_ok, usb_ok, more;
	struct cer_device d[CER_DEVICES_MAX];
	size_t n;
};

/* cer_devices_read: look; never fails, says what it could not read. */
void cer_devices_read(const char *root, struct cer_devices *ret);
bool cer_device_same(const struct cer_device *a, const struct cer_device *b);
/* cer_usb_allowed: is it in the list, and no HID unless that says so? */
bool cer_usb_allowed(const struct cer_usb_def *list, size_t n,
    const struct cer_device *d);

/* Checks: what was found, and whether it holds.  A source that cannot be
 * read does not hold.
 *  net    no interface but lo
 *  radio  no radio known to rfkill, no Bluetooth controller
 *  usb    every device is in the list; root hubs need not be
 *  power  no battery, or one with the mains plugged in */
bool cer_check_net(const char *root, char *found, size_t size);
bool cer_check_radio(const char *root, char *found, size_t size);
bool cer_check_usb(const char *root, const struct cer_usb_def *list,
    size_t n, char *found, size_t size);
bool cer_check_power(const char *root, char *found, size_t size);

#endif
