/* SPDX-License-Identifier: Apache-2.0
 *
 * Reading /sys.  A class that the kernel does not have has no devices; a
 * directory that is there and cannot be read tells nothing, and that is not
 * "none".
 */
#include "ceremony/devices.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define HID "03"		/* bInterfaceClass */

enum dir { DIR_READ, DIR_NONE, DIR_UNREADABLE };

/* The directory top/name; none only if top itself is there. */
static enum dir
open_dir(const char *root, const char *top, const char *name, DIR **ret)
{
	char path[512];
	DIR *above;

	(void)snprintf(path, sizeof path, "%s/%s/%s", root, top, name);
	*ret = opendir(path);
	if (*ret != NULL)
		return DIR_READ;
	if (errno != ENOENT)
		return DIR_UNREADABLE;
	(void)snprintf(path, sizeof path, "%s/%s", root, top);
	above = opendir(path);
	if (above == NULL)
		return DIR_UNREADABLE;
	(void)closedir(above);
	return DIR_NONE;
}

/* The first line of dir/sub/name; false: not there or not readable. */
static bool
attribute(DIR *d, const char *sub, const char *name, char *ret, size_t size)
{
	char path[512];
	ssize_t len;
	int fd;

	ret[0] = '\0';
	(void)snprintf(path, sizeof path, "%.200s/%.200s", sub, name);
	fd = openat(dirfd(d), path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	len = read(fd, ret, size - 1);
	(void)close(fd);
	if (len < 0)
		return false;
	ret[len] = '\0';
	ret[strcspn(ret, "\n")] = '\0';
	/* What a device says of itself is not ours to print as it is. */
	for (char *p = ret; *p != '\0'; p++)
		if (*p < ' ' || *p > '~')
			*p = '?';
	return true;
}

static struct cer_device *
new_device(struct cer_devices *s, const char *at)
{
	struct cer_device *d = &s->d[s->n];

	if (s->n == CER_DEVICES_MAX) {
		s->more = true;
		return NULL;
	}
	*d = (struct cer_device){ 0 };
	(void)snprintf(d->at, sizeof d->at, "%.31s", at);
	for (char *p = d->at; *p != '\0'; p++)
		if (*p < ' ' || *p > '~')
			*p = '?';
	s->n++;
	return d;
}

static void
read_net(const char *root, struct cer_devices *s)
{
	const struct dirent *e;
	DIR *d;

	s->net_ok = open_dir(root, "class", "net", &d) == DIR_READ;
	while (s->net_ok && (e = readdir(d)) != NULL)
		if (e->d_name[0] != '.' && strcmp(e->d_name, "lo") != 0)
			(void)new_device(s, e->d_name);
	if (d != NULL)
		(void)closedir(d);
}

/* "1-4" is a device, "1-4:1.0" an interface of it, "usb1" a root hub. */
static void
read_device(DIR *d, const char *name, struct cer_devices *s)
{
	struct cer_device *dev;
	char vendor[5] = "", product[5] = "";

	if (strchr(name, ':') != NULL || strncmp(name, "usb", 3) == 0)
		return;
	dev = new_device(s, name);
	if (dev == NULL)
		return;
	dev->usb = true;
	if (!attribute(d, name, "idVendor", vendor, sizeof vendor) ||
	    !attribute(d, name, "idProduct", product, sizeof product))
		s->usb_ok = false;
	(void)snprintf(dev->id, sizeof dev->id, "%s:%s", vendor, product);
	(void)attribute(d, name, "serial", dev->serial, sizeof dev->serial);
}

static struct cer_device *
device_of(struct cer_devices *s, const char *interface)
{
	size_t len = strcspn(interface, ":");

	for (size_t i = 0; i < s->n; i++)
		if (s->d[i].usb && strlen(s->d[i].at) == len &&
		    strncmp(s->d[i].at, interface, len) == 0)
			return &s->d[i];
	return NULL;
}

static void
read_usb(const char *root, struct cer_devices *s)
{
	enum dir there;
	const struct dirent *e;
	struct cer_device *dev;
	char class[8];
	DIR *d;

	there = open_dir(root, "bus", "usb/devices", &d);
	s->usb_ok = there != DIR_UNREADABLE;
	if (d == NULL)
		return;
	while ((e = readdir(d)) != NULL)
		if (e->d_name[0] != '.')
			read_device(d, e->d_name, s);
	rewinddir(d);
	while ((e = readdir(d)) != NULL) {
		if (strchr(e->d_name, ':') == NULL)
			continue;
		if (!attribute(d, e->d_name, "bInterfaceClass", class,
		    sizeof class))
			s->usb_ok = false;
		dev = device_of(s, e->d_name);
		if (dev != NULL && strcmp(class, HID) == 0)
			dev->hid = true;
	}
	(void)closedir(d);
}

void
cer_devices_read(const char *root, struct cer_devices *ret)
{
	memset(ret, 0, sizeof *ret);
	read_net(root, ret);
	read_usb(root, ret);
}

bool
cer_device_same(const struct cer_device *a, const struct cer_device *b)
{
	return a->usb == b->usb && a->hid == b->hid &&
	    strcmp(a->at, b->at) == 0 && strcmp(a->id, b->id) == 0 &&
	    strcmp(a->serial, b->serial) == 0;
}

bool
cer_usb_allowed(const struct cer_usb_def *list, size_t n,
    const struct cer_device *d)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(list[i].id, d->id) == 0 &&
		    (list[i].serial[0] == '\0' ||
		    strcmp(list[i].serial, d->serial) == 0) &&
		    (list[i].hid || !d->hid))
			return true;
	return false;
}

bool
cer_check_net(const char *root, char *found, size_t size)
{
	struct cer_devices s;

	cer_devices_read(root, &s);
	(void)snprintf(found, size, "%s", s.net_ok ? "only lo" :
	    "/sys/class/net cannot be read");
	for (size_t i = 0; i < s.n; i++)
		if (!s.d[i].usb) {
			(void)snprintf(found, size, "interface %s",
			    s.d[i].at);
			return false;
		}
	return s.net_ok && !s.more;
}

/* Blocked or not: a radio that is there can be unblocked. */
bool
cer_check_radio(const char *root, char *found, size_t size)
{
	static const char *const class[] = { "rfkill", "bluetooth" };
	const struct dirent *e;
	bool none = true;

	(void)snprintf(found, size, "no radio");
	for (size_t i = 0; none && i < 2; i++) {
		DIR *d;
		enum dir there = open_dir(root, "class", class[i], &d);

		if (there == DIR_UNREADABLE) {
			(void)snprintf(found, size, "/sys/class/%s cannot be "
			    "read", class[i]);
			none = false;
		}
		while (d != NULL && none && (e = readdir(d)) != NULL)
			if (e->d_name[0] != '.') {
				(void)snprintf(found, size, "radio %.40s",
				    e->d_name);
				none = false;
			}
		if (d != NULL)
			(void)closedir(d);
	}
	return none;
}

bool
cer_check_usb(const char *root, const struct cer_usb_def *list, size_t n,
    char *found, size_t size)
{
	struct cer_devices s;
	size_t devices = 0;

	cer_devices_read(root, &s);
	for (size_t i = 0; i < s.n; i++) {
		const struct cer_device *d = &s.d[i];

		if (!d->usb)
			continue;
		devices++;
		if (cer_usb_allowed(list, n, d))
			continue;
		(void)snprintf(found, size, "%s at %s%s%s%s is not in the "
		    "site file", d->id, d->at, d->serial[0] != '\0' ?
		    ", serial " : "", d->serial, d->hid ? ", a HID" : "");
		return false;
	}
	(void)snprintf(found, size, "%s%zu device(s), each as listed",
	    s.more ? "more than can be judged: " : "", devices);
	if (!s.usb_ok)
		(void)snprintf(found, size, "/sys/bus/usb cannot be read");
	return s.usb_ok && !s.more;
}

bool
cer_check_power(const char *root, char *found, size_t size)
{
	char type[16], scope[16], online[4], left[8] = "?";
	bool battery = false, mains = false;
	const struct dirent *e;
	DIR *d;
	enum dir there = open_dir(root, "class", "power_supply", &d);

	while (d != NULL && (e = readdir(d)) != NULL) {
		if (e->d_name[0] == '.' ||
		    !attribute(d, e->d_name, "type", type, sizeof type))
			continue;
		(void)attribute(d, e->d_name, "scope", scope, sizeof scope);
		if (strcmp(scope, "Device") == 0)
			continue;	/* of a mouse, not of the station */
		if (strcmp(type, "Battery") != 0) {
			(void)attribute(d, e->d_name, "online", online,
			    sizeof online);
			mains = mains || strcmp(online, "1") == 0;
			continue;
		}
		battery = true;
		(void)attribute(d, e->d_name, "capacity", left, sizeof left);
	}
	if (d != NULL)
		(void)closedir(d);
	if (there == DIR_UNREADABLE)
		(void)snprintf(found, size, "/sys/class/power_supply cannot "
		    "be read");
	else if (!battery)
		(void)snprintf(found, size, "no battery");
	else
		(void)snprintf(found, size, "battery at %s %%, %s", left,
		    mains ? "on the mains" : "not on the mains");
	return there != DIR_UNREADABLE && (!battery || mains);
}
