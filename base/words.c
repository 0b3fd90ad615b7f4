/* SPDX-License-Identifier: Apache-2.0
 *
 * PGP words (Juola and Zimmermann, 1995): two lists in alphabetical order.
 */
#include "base/words.h"

#include <string.h>
#include <strings.h>

#include "base/hash.h"

static const char *const even_words[256] = {
	"aardvark", "absurd", "accrue", "acme", "adrift", "adult", "afflict",
	"ahead", "aimless", "Algol", "allow", "alone", "ammo", "ancient",
	"apple", "artist", "assume", "Athens", "atlas", "Aztec", "baboon",
	"backfield", "backward", "banjo", "beaming", "bedlamp", "beehive",
	"beeswax", "befriend", "Belfast", "berserk", "billiard", "bison",
	"blackjack", "blockade", "blowtorch", "bluebird", "bombast",
	"bookshelf", "brackish", "breadline", "breakup", "brickyard",
	"briefcase", "Burbank", "button", "buzzard", "cement", "chairlift",
	"chatter", "checkup", "chisel", "choking", "chopper", "Christmas",
	"clamshell", "classic", "classroom", "cleanup", "clockwork", "cobra",
	"commence", "concert", "cowbell", "crackdown", "cranky", "crowfoot",
	"crucial", "crumpled", "crusade", "cubic", "dashboard", "deadbolt",
	"deckhand", "dogsled", "dragnet", "drainage", "dreadful", "drifter",
	"dropper", "drumbeat", "drunken", "Dupont", "dwelling", "eating",
	"edict", "egghead", "eightball", "endorse", "endow", "enlist",
	"erase", "escape", "exceed", "eyeglass", "eyetooth", "facial",
	"fallout", "flagpole", "flatfoot", "flytrap", "fracture", "framework",
	"freedom", "frighten", "gazelle", "Geiger", "glitter", "glucose",
	"goggles", "goldfish", "gremlin", "guidance", "hamlet", "highchair",
	"hockey", "indoors", "indulge", "inverse", "involve", "island",
	"jawbone", "keyboard", "kickoff", "kiwi", "klaxon", "locale",
	"lockup", "merit", "minnow", "miser", "Mohawk", "mural", "music",
	"necklace", "Neptune", "newborn", "nightbird", "Oakland", "obtuse",
	"offload", "optic", "orca", "payday", "peachy", "pheasant",
	"physique", "playhouse", "Pluto", "preclude", "prefer", "preshrunk",
	"printer", "prowler", "pupil", "puppy", "python", "quadrant",
	"quiver", "quota", "ragtime", "ratchet", "rebirth", "reform",
	"regain", "reindeer", "rematch", "repay", "retouch", "revenge",
	"reward", "rhythm", "ribcage", "ringbolt", "robust", "rocker",
	"ruffled", "sailboat", "sawdust", "scallion", "scenic", "scorecard",
	"Scotland", "seabird", "select", "sentence", "shadow", "shamrock",
	"showgirl", "skullcap", "skydive", "slingshot", "slowdown",
	"snapline", "snapshot", "snowcap", "snowslide", "solo", "southward",
	"soybean", "spaniel", "spearhead", "spellbind", "spheroid", "spigot",
	"spindle", "spyglass", "stagehand", "stagnate", "stairway",
	"standard", "stapler", "steamship", "sterling", "stockman",
	"stopwatch", "stormy", "sugar", "surmount", "suspense", "sweatband",
	"swelter", "tactics", "talon", "tapeworm", "tempest", "tiger",
	"tissue", "tonic", "topmost", "tracker", "transit", "trauma",
	"treadmill", "Trojan", "trouble", "tumor", "tunnel", "tycoon",
	"uncut", "unearth", "unwind", "uproot", "upset", "upshot", "vapor",
	"village", "virus", "Vulcan", "waffle", "wallet", "watchword",
	"wayside", "willow", "woodlark", "Zulu",
};

static const char *const odd_words[256] = {
	"adroitness", "adviser", "aftermath", "aggregate", "alkali",
	"almighty", "amulet", "amusement", "antenna", "applicant", "Apollo",
	"armistice", "article", "asteroid", "Atlantic", "atmosphere",
	"autopsy", "Babylon", "backwater", "barbecue", "belowground",
	"bifocals", "bodyguard", "bookseller", "borderline", "bottomless",
	"Bradbury", "bravado", "Brazilian", "breakaway", "Burlington",
	"businessman", "butterfat", "Camelot", "candidate", "cannonball",
	"Capricorn", "caravan", "caretaker", "celebrate", "cellulose",
	"certify", "chambermaid", "Cherokee", "Chicago", "clergyman",
	"coherence", "combustion", "commando", "company", "component",
	"concurrent", "confidence", "conformist", "congregate", "consensus",
	"consulting", "corporate", "corrosion", "councilman", "crossover",
	"crucifix", "cumbersome", "customer", "Dakota", "decadence",
	"December", "decimal", "designing", "detector", "detergent",
	"determine", "dictator", "dinosaur", "direction", "disable",
	"disbelief", "disruptive", "distortion", "document", "embezzle",
	"enchanting", "enrollment", "enterprise", "equation", "equipment",
	"escapade", "Eskimo", "everyday", "examine", "existence", "exodus",
	"fascinate", "filament", "finicky", "forever", "fortitude",
	"frequency", "gadgetry", "Galveston", "getaway", "glossary",
	"gossamer", "graduate", "gravity", "guitarist", "hamburger",
	"Hamilton", "handiwork", "hazardous", "headwaters", "hemisphere",
	"hesitate", "hideaway", "holiness", "hurricane", "hydraulic",
	"impartial", "impetus", "inception", "indigo", "inertia", "infancy",
	"inferno", "informant", "insincere", "insurgent", "integrate",
	"intention", "inventive", "Istanbul", "Jamaica", "Jupiter", "leprosy",
	"letterhead", "liberty", "maritime", "matchmaker", "maverick",
	"Medusa", "megaton", "microscope", "microwave", "midsummer",
	"millionaire", "miracle", "misnomer", "molasses", "molecule",
	"Montana", "monument", "mosquito", "narrative", "nebula",
	"newsletter", "Norwegian", "October", "Ohio", "onlooker", "opulent",
	"Orlando", "outfielder", "Pacific", "pandemic", "Pandora",
	"paperweight", "paragon", "paragraph", "paramount", "passenger",
	"pedigree", "Pegasus", "penetrate", "perceptive", "performance",
	"pharmacy", "phonetic", "photograph", "pioneer", "pocketful",
	"politeness", "positive", "potato", "processor", "provincial",
	"proximate", "puberty", "publisher", "pyramid", "quantity",
	"racketeer", "rebellion", "recipe", "recover", "repellent", "replica",
	"reproduce", "resistor", "responsive", "retraction", "retrieval",
	"retrospect", "revenue", "revival", "revolver", "sandalwood",
	"sardonic", "Saturday", "savagery", "scavenger", "sensation",
	"sociable", "souvenir", "specialist", "speculate", "stethoscope",
	"stupendous", "supportive", "surrender", "suspicious", "sympathy",
	"tambourine", "telephone", "therapist", "tobacco", "tolerance",
	"tomorrow", "torpedo", "tradition", "travesty", "trombonist",
	"truncated", "typewriter", "ultimate", "undaunted", "underfoot",
	"unicorn", "unify", "universe", "unravel", "upcoming", "vacancy",
	"vagabond", "vertigo", "Virginia", "visitor", "vocalist", "voyager",
	"warranty", "Waterloo", "whimsical", "Wichita", "Wilmington",
	"Wyoming", "yesteryear", "Yucatan",
};

const char *
kc_word(size_t pos, uint8_t byte)
{
	return pos % 2 == 0 ? even_words[byte] : odd_words[byte];
}

kc_result
kc_words(const uint8_t *p, size_t n, const char *sep, struct kc_buf *ret,
    struct kc_err *err)
{
	kc_result r = KC_DONE;

	for (size_t i = 0; i < n && kc_ok(r); i++)
		r = kc_buf_addf(ret, err, "%s%s", i > 0 ? sep : "",
		    kc_word(i, p[i]));
	return r;
}

bool
kc_word_is(const char *text, size_t pos, uint8_t byte)
{
	const char *want = kc_word(pos, byte);
	size_t len = strlen(want);

	while (*text == ' ')
		text++;
	if (strncasecmp(text, want, len) != 0)
		return false;
	text += len;
	while (*text == ' ')
		text++;
	return *text == '\0';
}

/* The byte that word (len characters) stands for at pos, or -1. */
static int
find(const char *word, size_t len, size_t pos)
{
	for (int i = 0; i < 256; i++) {
		const char *w = kc_word(pos, (uint8_t)i);

		if (strlen(w) == len && strncasecmp(w, word, len) == 0)
			return i;
	}
	return -1;
}

static bool
is_gap(char c)
{
	return c == ' ' || c == '-' || c == '\t' || c == '\n' || c == ':';
}

/* Hex with or without gaps; false when it is not hex of that length. */
static bool
parse_hex(const char *text, size_t len, uint8_t *ret)
{
	char hex[2 * 64 + 1];
	size_t n = 0;

	for (; *text != '\0'; text++) {
		if (is_gap(*text))
			continue;
		if (n + 1 >= sizeof hex)
			return false;
		hex[n++] = *text;
	}
	hex[n] = '\0';
	return len <= 64 && kc_unhex(hex, len, ret);
}

kc_result
kc_words_parse(const char *text, size_t len, uint8_t *ret,
    struct kc_err *err)
{
	uint8_t out[64];
	size_t n = 0;

	if (len > sizeof out)
		return KC_FAIL(err, KC_EBUG, 0, "too many words");
	if (parse_hex(text, len, ret))
		return KC_DONE;
	while (*text != '\0') {
		size_t w = 0;
		int byte;

		if (is_gap(*text)) {
			text++;
			continue;
		}
		while (text[w] != '\0' && !is_gap(text[w]))
			w++;
		byte = find(text, w, n);
		if (byte < 0)
			return KC_FAIL(err, KC_EUSAGE, 0,
			    "word %zu, '%.*s', is %s", n + 1,
			    w > 20 ? 20 : (int)w, text,
			    find(text, w, n + 1) >= 0 ?
			    "in the wrong place: a word before it is missing "
			    "or doubled" : "not a PGP word");
		if (n >= len)
			return KC_FAIL(err, KC_EUSAGE, 0,
			    "more than %zu words", len);
		out[n++] = (uint8_t)byte;
		text += w;
	}
	if (n != len)
		return KC_FAIL(err, KC_EUSAGE, 0,
		    "%zu words, where %zu are needed", n, len);
	memcpy(ret, out, len);
	return KC_DONE;
}
