/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/voters/ccd-address-words.h"

/* From USPS Publication 28: appendix C1 (street suffixes), C2 (unit designators), B (directions).
 * Sorted by the first word, for bsearch; a test holds them to it. */

/* clang-format off */
static const ccd_word type_words[] = {
  {"ALLEE", "ALY"}, {"ALLEY", "ALY"}, {"ALLY", "ALY"}, {"ALY", "ALY"}, {"ANEX", "ANX"},
  {"ANNEX", "ANX"}, {"ANNX", "ANX"}, {"ANX", "ANX"}, {"ARC", "ARC"}, {"ARCADE", "ARC"},
  {"AV", "AVE"}, {"AVE", "AVE"}, {"AVEN", "AVE"}, {"AVENU", "AVE"}, {"AVENUE", "AVE"},
  {"AVN", "AVE"}, {"AVNUE", "AVE"}, {"BAYOO", "BYU"}, {"BAYOU", "BYU"}, {"BCH", "BCH"},
  {"BEACH", "BCH"}, {"BEND", "BND"}, {"BLF", "BLF"}, {"BLUF", "BLF"}, {"BLUFF", "BLF"},
  {"BLV", "BLVD"}, {"BLVD", "BLVD"}, {"BND", "BND"}, {"BOT", "BTM"}, {"BOTTM", "BTM"},
  {"BOTTOM", "BTM"}, {"BOUL", "BLVD"}, {"BOULEVARD", "BLVD"}, {"BOULV", "BLVD"}, {"BR", "BR"},
  {"BRANCH", "BR"}, {"BRDGE", "BRG"}, {"BRG", "BRG"}, {"BRIDGE", "BRG"}, {"BRK", "BRK"},
  {"BRKS", "BRKS"}, {"BRNCH", "BR"}, {"BROOK", "BRK"}, {"BROOKS", "BRKS"}, {"BTM", "BTM"},
  {"BYP", "BYP"}, {"BYPA", "BYP"}, {"BYPAS", "BYP"}, {"BYPASS", "BYP"}, {"BYPS", "BYP"},
  {"BYU", "BYU"}, {"CAMP", "CP"}, {"CANYN", "CYN"}, {"CANYON", "CYN"}, {"CAUSEWAY", "CSWY"},
  {"CAUSWA", "CSWY"}, {"CEN", "CTR"}, {"CENT", "CTR"}, {"CENTER", "CTR"}, {"CENTR", "CTR"},
  {"CENTRE", "CTR"}, {"CIR", "CIR"}, {"CIRC", "CIR"}, {"CIRCL", "CIR"}, {"CIRCLE", "CIR"},
  {"CLB", "CLB"}, {"CLF", "CLF"}, {"CLFS", "CLFS"}, {"CLIFF", "CLF"}, {"CLIFFS", "CLFS"},
  {"CLUB", "CLB"}, {"CMN", "CMN"}, {"CMNS", "CMNS"}, {"CMP", "CP"}, {"CNTER", "CTR"},
  {"CNTR", "CTR"}, {"CNYN", "CYN"}, {"COMMON", "CMN"}, {"COMMONS", "CMNS"}, {"COR", "COR"},
  {"CORNER", "COR"}, {"COURSE", "CRSE"}, {"COURT", "CT"}, {"COURTS", "CTS"}, {"COVE", "CV"},
  {"CP", "CP"}, {"CRCL", "CIR"}, {"CRCLE", "CIR"}, {"CREEK", "CRK"}, {"CRES", "CRES"},
  {"CRESCENT", "CRES"}, {"CREST", "CRST"}, {"CRK", "CRK"}, {"CROSSING", "XING"},
  {"CROSSROAD", "XRD"}, {"CRSE", "CRSE"}, {"CRSENT", "CRES"}, {"CRSNT", "CRES"},
  {"CRSSNG", "XING"}, {"CRST", "CRST"}, {"CRT", "CT"}, {"CSWY", "CSWY"}, {"CT", "CT"},
  {"CTR", "CTR"}, {"CTS", "CTS"}, {"CURV", "CURV"}, {"CURVE", "CURV"}, {"CV", "CV"},
  {"CYN", "CYN"}, {"DALE", "DL"}, {"DAM", "DM"}, {"DL", "DL"}, {"DM", "DM"}, {"DR", "DR"},
  {"DRIV", "DR"}, {"DRIVE", "DR"}, {"DRIVES", "DRS"}, {"DRS", "DRS"}, {"DRV", "DR"},
  {"EST", "EST"}, {"ESTATE", "EST"}, {"ESTATES", "ESTS"}, {"ESTS", "ESTS"}, {"EXP", "EXPY"},
  {"EXPR", "EXPY"}, {"EXPRESS", "EXPY"}, {"EXPRESSWAY", "EXPY"}, {"EXPW", "EXPY"},
  {"EXPY", "EXPY"}, {"EXT", "EXT"}, {"EXTENSION", "EXT"}, {"EXTN", "EXT"}, {"EXTNSN", "EXT"},
  {"FALL", "FALL"}, {"FALLS", "FLS"}, {"FERRY", "FRY"}, {"FIELD", "FLD"}, {"FIELDS", "FLDS"},
  {"FLAT", "FLT"}, {"FLD", "FLD"}, {"FLDS", "FLDS"}, {"FLS", "FLS"}, {"FLT", "FLT"},
  {"FORD", "FRD"}, {"FOREST", "FRST"}, {"FORESTS", "FRST"}, {"FORG", "FRG"}, {"FORGE", "FRG"},
  {"FORK", "FRK"}, {"FORKS", "FRKS"}, {"FORT", "FT"}, {"FRD", "FRD"}, {"FREEWAY", "FWY"},
  {"FREEWY", "FWY"}, {"FRG", "FRG"}, {"FRK", "FRK"}, {"FRKS", "FRKS"}, {"FRRY", "FRY"},
  {"FRST", "FRST"}, {"FRT", "FT"}, {"FRWAY", "FWY"}, {"FRWY", "FWY"}, {"FRY", "FRY"},
  {"FT", "FT"}, {"FWY", "FWY"}, {"GARDEN", "GDN"}, {"GARDENS", "GDNS"}, {"GARDN", "GDN"},
  {"GATEWAY", "GTWY"}, {"GATEWY", "GTWY"}, {"GATWAY", "GTWY"}, {"GDN", "GDN"}, {"GDNS", "GDNS"},
  {"GLEN", "GLN"}, {"GLN", "GLN"}, {"GRDEN", "GDN"}, {"GRDN", "GDN"}, {"GRDNS", "GDNS"},
  {"GREEN", "GRN"}, {"GRN", "GRN"}, {"GROV", "GRV"}, {"GROVE", "GRV"}, {"GRV", "GRV"},
  {"GTWAY", "GTWY"}, {"GTWY", "GTWY"}, {"HARB", "HBR"}, {"HARBOR", "HBR"}, {"HARBR", "HBR"},
  {"HAVEN", "HVN"}, {"HBR", "HBR"}, {"HEIGHTS", "HTS"}, {"HIGHWAY", "HWY"}, {"HIGHWY", "HWY"},
  {"HILL", "HL"}, {"HILLS", "HLS"}, {"HIWAY", "HWY"}, {"HIWY", "HWY"}, {"HL", "HL"},
  {"HLLW", "HOLW"}, {"HLS", "HLS"}, {"HOLLOW", "HOLW"}, {"HOLLOWS", "HOLW"}, {"HOLW", "HOLW"},
  {"HOLWS", "HOLW"}, {"HRBOR", "HBR"}, {"HT", "HTS"}, {"HTS", "HTS"}, {"HVN", "HVN"},
  {"HWAY", "HWY"}, {"HWY", "HWY"}, {"INLET", "INLT"}, {"INLT", "INLT"}, {"ISLAND", "IS"},
  {"ISLE", "ISLE"}, {"ISLES", "ISLE"}, {"ISLND", "IS"}, {"JCT", "JCT"}, {"JCTION", "JCT"},
  {"JCTN", "JCT"}, {"JUNCTION", "JCT"}, {"JUNCTN", "JCT"}, {"JUNCTON", "JCT"}, {"KEY", "KY"},
  {"KNL", "KNL"}, {"KNLS", "KNLS"}, {"KNOL", "KNL"}, {"KNOLL", "KNL"}, {"KNOLLS", "KNLS"},
  {"LA", "LN"}, {"LAKE", "LK"}, {"LAKES", "LKS"}, {"LAND", "LAND"}, {"LANDING", "LNDG"},
  {"LANE", "LN"}, {"LCK", "LCK"}, {"LDG", "LDG"}, {"LDGE", "LDG"}, {"LF", "LF"}, {"LGT", "LGT"},
  {"LIGHT", "LGT"}, {"LK", "LK"}, {"LKS", "LKS"}, {"LN", "LN"}, {"LNDG", "LNDG"},
  {"LNDNG", "LNDG"}, {"LOAF", "LF"}, {"LOCK", "LCK"}, {"LODG", "LDG"}, {"LODGE", "LDG"},
  {"LOOP", "LOOP"}, {"LOOPS", "LOOP"}, {"MALL", "MALL"}, {"MANOR", "MNR"}, {"MDW", "MDW"},
  {"MDWS", "MDWS"}, {"MEADOW", "MDW"}, {"MEADOWS", "MDWS"}, {"MEDOWS", "MDWS"}, {"MEWS", "MEWS"},
  {"MILL", "ML"}, {"MILLS", "MLS"}, {"MISSION", "MSN"}, {"MISSN", "MSN"}, {"ML", "ML"},
  {"MLS", "MLS"}, {"MNR", "MNR"}, {"MNT", "MT"}, {"MNTAIN", "MTN"}, {"MNTN", "MTN"},
  {"MOTORWAY", "MTWY"}, {"MOUNT", "MT"}, {"MOUNTAIN", "MTN"}, {"MOUNTIN", "MTN"}, {"MSN", "MSN"},
  {"MSSN", "MSN"}, {"MT", "MT"}, {"MTIN", "MTN"}, {"MTN", "MTN"}, {"MTWY", "MTWY"},
  {"NCK", "NCK"}, {"NECK", "NCK"}, {"OPAS", "OPAS"}, {"ORCH", "ORCH"}, {"ORCHARD", "ORCH"},
  {"ORCHRD", "ORCH"}, {"OVAL", "OVAL"}, {"OVERPASS", "OPAS"}, {"OVL", "OVAL"}, {"PARK", "PARK"},
  {"PARKS", "PARK"}, {"PARKWAY", "PKWY"}, {"PARKWAYS", "PKWY"}, {"PARKWY", "PKWY"},
  {"PASS", "PASS"}, {"PASSAGE", "PSGE"}, {"PATH", "PATH"}, {"PATHS", "PATH"}, {"PIKE", "PIKE"},
  {"PIKES", "PIKE"}, {"PINE", "PNE"}, {"PINES", "PNES"}, {"PK", "PARK"}, {"PKW", "PKWY"},
  {"PKWAY", "PKWY"}, {"PKWY", "PKWY"}, {"PKWYS", "PKWY"}, {"PKY", "PKWY"}, {"PL", "PL"},
  {"PLACE", "PL"}, {"PLAIN", "PLN"}, {"PLAINS", "PLNS"}, {"PLAZA", "PLZ"}, {"PLN", "PLN"},
  {"PLNS", "PLNS"}, {"PLZ", "PLZ"}, {"PLZA", "PLZ"}, {"PNE", "PNE"}, {"PNES", "PNES"},
  {"POINT", "PT"}, {"POINTS", "PTS"}, {"PORT", "PRT"}, {"PORTS", "PRTS"}, {"PR", "PR"},
  {"PRAIRIE", "PR"}, {"PRK", "PARK"}, {"PRR", "PR"}, {"PRT", "PRT"}, {"PRTS", "PRTS"},
  {"PSGE", "PSGE"}, {"PT", "PT"}, {"PTS", "PTS"}, {"RAD", "RADL"}, {"RADIAL", "RADL"},
  {"RADIEL", "RADL"}, {"RADL", "RADL"}, {"RAMP", "RAMP"}, {"RANCH", "RNCH"}, {"RANCHES", "RNCH"},
  {"RAPID", "RPD"}, {"RAPIDS", "RPDS"}, {"RD", "RD"}, {"RDG", "RDG"}, {"RDGE", "RDG"},
  {"RDGS", "RDGS"}, {"RDS", "RDS"}, {"REST", "RST"}, {"RIDGE", "RDG"}, {"RIDGES", "RDGS"},
  {"RIV", "RIV"}, {"RIVER", "RIV"}, {"RIVR", "RIV"}, {"RNCH", "RNCH"}, {"ROAD", "RD"},
  {"ROADS", "RDS"}, {"ROUTE", "RTE"}, {"ROW", "ROW"}, {"RPD", "RPD"}, {"RPDS", "RPDS"},
  {"RST", "RST"}, {"RTE", "RTE"}, {"RUN", "RUN"}, {"RVR", "RIV"}, {"SHL", "SHL"},
  {"SHOAL", "SHL"}, {"SHOAR", "SHR"}, {"SHORE", "SHR"}, {"SHORES", "SHRS"}, {"SHR", "SHR"},
  {"SHRS", "SHRS"}, {"SKWY", "SKWY"}, {"SKYWAY", "SKWY"}, {"SMT", "SMT"}, {"SPG", "SPG"},
  {"SPGS", "SPGS"}, {"SPNG", "SPG"}, {"SPRING", "SPG"}, {"SPRINGS", "SPGS"}, {"SPRNG", "SPG"},
  {"SPUR", "SPUR"}, {"SPURS", "SPUR"}, {"SQ", "SQ"}, {"SQR", "SQ"}, {"SQRE", "SQ"},
  {"SQU", "SQ"}, {"SQUARE", "SQ"}, {"ST", "ST"}, {"STA", "STA"}, {"STATION", "STA"},
  {"STATN", "STA"}, {"STN", "STA"}, {"STR", "ST"}, {"STRA", "STRA"}, {"STRAV", "STRA"},
  {"STRAVENUE", "STRA"}, {"STREAM", "STRM"}, {"STREET", "ST"}, {"STREME", "STRM"},
  {"STRM", "STRM"}, {"STRT", "ST"}, {"SUMIT", "SMT"}, {"SUMITT", "SMT"}, {"SUMMIT", "SMT"},
  {"TE", "TER"}, {"TER", "TER"}, {"TERR", "TER"}, {"TERRACE", "TER"}, {"THROUGHWAY", "TRWY"},
  {"TPK", "TPKE"}, {"TPKE", "TPKE"}, {"TR", "TRL"}, {"TRACE", "TRCE"}, {"TRACES", "TRCE"},
  {"TRACK", "TRAK"}, {"TRACKS", "TRAK"}, {"TRAIL", "TRL"}, {"TRAILS", "TRL"}, {"TRAK", "TRAK"},
  {"TRCE", "TRCE"}, {"TRK", "TRAK"}, {"TRL", "TRL"}, {"TRLS", "TRL"}, {"TRNPK", "TPKE"},
  {"TRWY", "TRWY"}, {"TUNEL", "TUNL"}, {"TUNL", "TUNL"}, {"TUNNEL", "TUNL"},
  {"TURNPIKE", "TPKE"}, {"TURNPK", "TPKE"}, {"UNDERPASS", "UPAS"}, {"UNION", "UN"},
  {"UPAS", "UPAS"}, {"VALLEY", "VLY"}, {"VALLY", "VLY"}, {"VDCT", "VIA"}, {"VIA", "VIA"},
  {"VIADCT", "VIA"}, {"VIADUCT", "VIA"}, {"VIEW", "VW"}, {"VIEWS", "VWS"}, {"VILL", "VLG"},
  {"VILLAG", "VLG"}, {"VILLAGE", "VLG"}, {"VILLE", "VL"}, {"VILLG", "VLG"}, {"VIS", "VIS"},
  {"VIST", "VIS"}, {"VISTA", "VIS"}, {"VL", "VL"}, {"VLG", "VLG"}, {"VLLY", "VLY"},
  {"VLY", "VLY"}, {"VST", "VIS"}, {"VSTA", "VIS"}, {"VW", "VW"}, {"VWS", "VWS"},
  {"WALK", "WALK"}, {"WALKS", "WALK"}, {"WALL", "WALL"}, {"WAY", "WAY"}, {"WAYS", "WAYS"},
  {"WELL", "WL"}, {"WELLS", "WLS"}, {"WHARF", "WHF"}, {"WHF", "WHF"}, {"WHRF", "WHF"},
  {"WL", "WL"}, {"WLS", "WLS"}, {"WY", "WAY"}, {"XING", "XING"}, {"XRD", "XRD"},
};

static const ccd_word direction_words[] = {
  {"E", "E"}, {"EAST", "E"}, {"N", "N"}, {"NE", "NE"}, {"NO", "N"}, {"NORTH", "N"}, {"NORTHEAST", "NE"},
  {"NORTHWEST", "NW"}, {"NW", "NW"}, {"S", "S"}, {"SE", "SE"}, {"SO", "S"}, {"SOUTH", "S"}, {"SOUTHEAST", "SE"},
  {"SOUTHWEST", "SW"}, {"SW", "SW"}, {"W", "W"}, {"WEST", "W"},
};

/* Followed by a number or letter. */
static const ccd_word unit_words[] = {
  {"#", "#"}, {"APARTMENT", "APT"}, {"APT", "APT"}, {"BLDG", "BLDG"}, {"BUILDING", "BLDG"}, {"DEPT", "DEPT"},
  {"FL", "FL"}, {"FLOOR", "FL"}, {"FLR", "FL"}, {"HNGR", "HNGR"}, {"LOT", "LOT"}, {"NO", "#"}, {"NUM", "#"}, {"RM", "RM"},
  {"ROOM", "RM"}, {"SLIP", "SLIP"}, {"SPACE", "SPC"}, {"SPC", "SPC"}, {"STE", "STE"}, {"SUITE", "STE"},
  {"TRAILER", "TRLR"}, {"TRLR", "TRLR"}, {"UN", "UNIT"}, {"UNIT", "UNIT"},
};

/* Stand alone. */
static const ccd_word lone_unit_words[] = {
  {"BASEMENT", "BSMT"}, {"BSMT", "BSMT"}, {"FRNT", "FRNT"}, {"FRONT", "FRNT"}, {"LOWER", "LOWR"}, {"LOWR", "LOWR"},
  {"PENTHOUSE", "PH"}, {"PH", "PH"}, {"REAR", "REAR"}, {"UPPER", "UPPR"}, {"UPPR", "UPPR"},
};

/* In names of streets. */
static const ccd_word name_words[] = {
  {"EIGHTH", "8TH"}, {"ELEVENTH", "11TH"}, {"FIFTH", "5TH"}, {"FIRST", "1ST"}, {"FOURTH", "4TH"}, {"MOUNT", "MT"},
  {"NINTH", "9TH"}, {"SAINT", "ST"}, {"SECOND", "2ND"}, {"SEVENTH", "7TH"}, {"SIXTH", "6TH"}, {"TENTH", "10TH"},
  {"THIRD", "3RD"}, {"TWELFTH", "12TH"},
};
/* clang-format on */

#define LIST(table)                                                                                \
  {                                                                                                \
    table, CC_N(table)                                                                             \
  }
const ccd_word_list ccd_address_types = LIST(type_words);
const ccd_word_list ccd_address_directions = LIST(direction_words);
const ccd_word_list ccd_address_units = LIST(unit_words);
const ccd_word_list ccd_address_lone_units = LIST(lone_unit_words);
const ccd_word_list ccd_address_names = LIST(name_words);
