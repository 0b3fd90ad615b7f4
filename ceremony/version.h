/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KC_CEREMONY_VERSION_H
#define KC_CEREMONY_VERSION_H

#define CER_VERSION "0.1.0"

#endif
