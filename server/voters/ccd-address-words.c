/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Word lists of addresses, from USPS Publication 28. The lists are sorted for bsearch; a test
 * checks the order. */
#include "server/voters/ccd-address-words.h"

/* clang-format off */
/* Street types: appendix C1 (street suffixes), and the Spanish types of appendix H. */
static const ccd_word type_words[] = {
  {"ALLEE", "ALY"}, {"ALLEY", "ALY"}, {"ALLY", "ALY"}, {"ALY", "ALY"}, {"ANEX", "ANX"}, {"ANNEX", "ANX"},
  {"ANNX", "ANX"}, {"ANX", "ANX"}, {"ARC", "ARC"}, {"ARCADE", "ARC"}, {"AV", "AVE"}, {"AVDA", "AVE"}, {"AVE", "AVE"},
  {"AVEN", "AVE"}, {"AVENIDA", "AVE"}, {"AVENU", "AVE"}, {"AVENUE", "AVE"}, {"AVN", "AVE"}, {"AVNUE", "AVE"},
  {"BAYOO", "BYU"}, {"BAYOU", "BYU"}, {"BCH", "BCH"}, {"BEACH", "BCH"}, {"BEND", "BND"}, {"BG", "BG"}, {"BGS", "BGS"},
  {"BLF", "BLF"}, {"BLFS", "BLFS"}, {"BLUF", "BLF"}, {"BLUFF", "BLF"}, {"BLUFFS", "BLFS"}, {"BLV", "BLVD"},
  {"BLVD", "BLVD"}, {"BLVRD", "BLVD"}, {"BND", "BND"}, {"BOT", "BTM"}, {"BOTTM", "BTM"}, {"BOTTOM", "BTM"},
  {"BOUL", "BLVD"}, {"BOULEVARD", "BLVD"}, {"BOULV", "BLVD"}, {"BR", "BR"}, {"BRANCH", "BR"}, {"BRDGE", "BRG"},
  {"BRG", "BRG"}, {"BRIDGE", "BRG"}, {"BRK", "BRK"}, {"BRKS", "BRKS"}, {"BRNCH", "BR"}, {"BROOK", "BRK"},
  {"BROOKS", "BRKS"}, {"BTM", "BTM"}, {"BULEVAR", "BLVD"}, {"BURG", "BG"}, {"BURGS", "BGS"}, {"BVD", "BLVD"},
  {"BYP", "BYP"}, {"BYPA", "BYP"}, {"BYPAS", "BYP"}, {"BYPASS", "BYP"}, {"BYPS", "BYP"}, {"BYU", "BYU"},
  {"CAMP", "CP"}, {"CANYN", "CYN"}, {"CANYON", "CYN"}, {"CAPE", "CPE"}, {"CAUSEWAY", "CSWY"}, {"CAUSWA", "CSWY"},
  {"CAUSWAY", "CSWY"}, {"CEN", "CTR"}, {"CENT", "CTR"}, {"CENTER", "CTR"}, {"CENTERS", "CTRS"}, {"CENTR", "CTR"},
  {"CENTRE", "CTR"}, {"CIR", "CIR"}, {"CIRC", "CIR"}, {"CIRCL", "CIR"}, {"CIRCLE", "CIR"}, {"CIRCLES", "CIRS"},
  {"CIRCULO", "CIR"}, {"CIRS", "CIRS"}, {"CLB", "CLB"}, {"CLF", "CLF"}, {"CLFF", "CLF"}, {"CLFS", "CLFS"},
  {"CLIFF", "CLF"}, {"CLIFFS", "CLFS"}, {"CLUB", "CLB"}, {"CMN", "CMN"}, {"CMNS", "CMNS"}, {"CMP", "CP"},
  {"CNTER", "CTR"}, {"CNTR", "CTR"}, {"CNYN", "CYN"}, {"COMMON", "CMN"}, {"COMMONS", "CMNS"}, {"COR", "COR"},
  {"CORNER", "COR"}, {"CORNERS", "CORS"}, {"CORS", "CORS"}, {"COURSE", "CRSE"}, {"COURT", "CT"}, {"COURTS", "CTS"},
  {"COVE", "CV"}, {"COVES", "CVS"}, {"CP", "CP"}, {"CPE", "CPE"}, {"CRCL", "CIR"}, {"CRCLE", "CIR"},
  {"CRECENT", "CRES"}, {"CREEK", "CRK"}, {"CRES", "CRES"}, {"CRESCENT", "CRES"}, {"CRESENT", "CRES"},
  {"CREST", "CRST"}, {"CRK", "CRK"}, {"CROSSING", "XING"}, {"CROSSROAD", "XRD"}, {"CROSSROADS", "XRDS"},
  {"CRSCNT", "CRES"}, {"CRSE", "CRSE"}, {"CRSENT", "CRES"}, {"CRSNT", "CRES"}, {"CRSSING", "XING"},
  {"CRSSNG", "XING"}, {"CRST", "CRST"}, {"CRT", "CT"}, {"CSWY", "CSWY"}, {"CT", "CT"}, {"CTR", "CTR"},
  {"CTRS", "CTRS"}, {"CTS", "CTS"}, {"CURV", "CURV"}, {"CURVE", "CURV"}, {"CV", "CV"}, {"CVS", "CVS"}, {"CYN", "CYN"},
  {"DALE", "DL"}, {"DAM", "DM"}, {"DIV", "DV"}, {"DIVIDE", "DV"}, {"DL", "DL"}, {"DM", "DM"}, {"DR", "DR"},
  {"DRIV", "DR"}, {"DRIVE", "DR"}, {"DRIVES", "DRS"}, {"DRS", "DRS"}, {"DRV", "DR"}, {"DV", "DV"}, {"DVD", "DV"},
  {"EST", "EST"}, {"ESTATE", "EST"}, {"ESTATES", "ESTS"}, {"ESTS", "ESTS"}, {"EXP", "EXPY"}, {"EXPR", "EXPY"},
  {"EXPRESS", "EXPY"}, {"EXPRESSWAY", "EXPY"}, {"EXPW", "EXPY"}, {"EXPY", "EXPY"}, {"EXT", "EXT"},
  {"EXTENSION", "EXT"}, {"EXTENSIONS", "EXTS"}, {"EXTN", "EXT"}, {"EXTNSN", "EXT"}, {"EXTS", "EXTS"},
  {"FALL", "FALL"}, {"FALLS", "FLS"}, {"FERRY", "FRY"}, {"FIELD", "FLD"}, {"FIELDS", "FLDS"}, {"FLAT", "FLT"},
  {"FLATS", "FLTS"}, {"FLD", "FLD"}, {"FLDS", "FLDS"}, {"FLS", "FLS"}, {"FLT", "FLT"}, {"FLTS", "FLTS"},
  {"FORD", "FRD"}, {"FORDS", "FRDS"}, {"FOREST", "FRST"}, {"FORESTS", "FRST"}, {"FORG", "FRG"}, {"FORGE", "FRG"},
  {"FORGES", "FRGS"}, {"FORK", "FRK"}, {"FORKS", "FRKS"}, {"FORT", "FT"}, {"FRD", "FRD"}, {"FRDS", "FRDS"},
  {"FREEWAY", "FWY"}, {"FREEWY", "FWY"}, {"FRG", "FRG"}, {"FRGS", "FRGS"}, {"FRK", "FRK"}, {"FRKS", "FRKS"},
  {"FRRY", "FRY"}, {"FRST", "FRST"}, {"FRT", "FT"}, {"FRWAY", "FWY"}, {"FRWY", "FWY"}, {"FRY", "FRY"}, {"FT", "FT"},
  {"FWY", "FWY"}, {"GARDEN", "GDN"}, {"GARDENS", "GDNS"}, {"GARDN", "GDN"}, {"GATEWAY", "GTWY"}, {"GATEWY", "GTWY"},
  {"GATWAY", "GTWY"}, {"GDN", "GDN"}, {"GDNS", "GDNS"}, {"GLEN", "GLN"}, {"GLENS", "GLNS"}, {"GLN", "GLN"},
  {"GLNS", "GLNS"}, {"GRDEN", "GDN"}, {"GRDN", "GDN"}, {"GRDNS", "GDNS"}, {"GREEN", "GRN"}, {"GREENS", "GRNS"},
  {"GRN", "GRN"}, {"GRNS", "GRNS"}, {"GROV", "GRV"}, {"GROVE", "GRV"}, {"GROVES", "GRVS"}, {"GRV", "GRV"},
  {"GRVS", "GRVS"}, {"GTWAY", "GTWY"}, {"GTWY", "GTWY"}, {"HARB", "HBR"}, {"HARBOR", "HBR"}, {"HARBORS", "HBRS"},
  {"HARBOUR", "HBR"}, {"HARBR", "HBR"}, {"HAVEN", "HVN"}, {"HBR", "HBR"}, {"HBRS", "HBRS"}, {"HEIGHT", "HTS"},
  {"HEIGHTS", "HTS"}, {"HGTS", "HTS"}, {"HIGHWAY", "HWY"}, {"HIGHWY", "HWY"}, {"HILL", "HL"}, {"HILLS", "HLS"},
  {"HIWAY", "HWY"}, {"HIWY", "HWY"}, {"HL", "HL"}, {"HLLW", "HOLW"}, {"HLS", "HLS"}, {"HOLLOW", "HOLW"},
  {"HOLLOWS", "HOLW"}, {"HOLW", "HOLW"}, {"HOLWS", "HOLW"}, {"HRBOR", "HBR"}, {"HT", "HTS"}, {"HTS", "HTS"},
  {"HVN", "HVN"}, {"HWAY", "HWY"}, {"HWY", "HWY"}, {"INLET", "INLT"}, {"INLT", "INLT"}, {"IS", "IS"},
  {"ISLAND", "IS"}, {"ISLANDS", "ISS"}, {"ISLE", "ISLE"}, {"ISLES", "ISLE"}, {"ISLND", "IS"}, {"ISLNDS", "ISS"},
  {"ISS", "ISS"}, {"JCT", "JCT"}, {"JCTION", "JCT"}, {"JCTN", "JCT"}, {"JCTNS", "JCTS"}, {"JCTS", "JCTS"},
  {"JUNCTION", "JCT"}, {"JUNCTIONS", "JCTS"}, {"JUNCTN", "JCT"}, {"JUNCTON", "JCT"}, {"KEY", "KY"}, {"KEYS", "KYS"},
  {"KNL", "KNL"}, {"KNLS", "KNLS"}, {"KNOL", "KNL"}, {"KNOLL", "KNL"}, {"KNOLLS", "KNLS"}, {"KY", "KY"},
  {"KYS", "KYS"}, {"LA", "LN"}, {"LAKE", "LK"}, {"LAKES", "LKS"}, {"LAND", "LAND"}, {"LANDING", "LNDG"},
  {"LANE", "LN"}, {"LANES", "LN"}, {"LCK", "LCK"}, {"LCKS", "LCKS"}, {"LDG", "LDG"}, {"LDGE", "LDG"}, {"LF", "LF"},
  {"LGT", "LGT"}, {"LGTS", "LGTS"}, {"LIGHT", "LGT"}, {"LIGHTS", "LGTS"}, {"LK", "LK"}, {"LKS", "LKS"}, {"LN", "LN"},
  {"LNDG", "LNDG"}, {"LNDNG", "LNDG"}, {"LOAF", "LF"}, {"LOCK", "LCK"}, {"LOCKS", "LCKS"}, {"LODG", "LDG"},
  {"LODGE", "LDG"}, {"LOOP", "LOOP"}, {"LOOPS", "LOOP"}, {"LP", "LOOP"}, {"MALL", "MALL"}, {"MANOR", "MNR"},
  {"MANORS", "MNRS"}, {"MDW", "MDW"}, {"MDWS", "MDWS"}, {"MEADOW", "MDW"}, {"MEADOWS", "MDWS"}, {"MEDOWS", "MDWS"},
  {"MEWS", "MEWS"}, {"MILL", "ML"}, {"MILLS", "MLS"}, {"MISSION", "MSN"}, {"MISSN", "MSN"}, {"ML", "ML"},
  {"MLS", "MLS"}, {"MNR", "MNR"}, {"MNRS", "MNRS"}, {"MNT", "MT"}, {"MNTAIN", "MTN"}, {"MNTN", "MTN"},
  {"MNTNS", "MTNS"}, {"MOTORWAY", "MTWY"}, {"MOUNT", "MT"}, {"MOUNTAIN", "MTN"}, {"MOUNTAINS", "MTNS"},
  {"MOUNTIN", "MTN"}, {"MSN", "MSN"}, {"MSSN", "MSN"}, {"MT", "MT"}, {"MTIN", "MTN"}, {"MTN", "MTN"},
  {"MTNS", "MTNS"}, {"MTWY", "MTWY"}, {"NCK", "NCK"}, {"NECK", "NCK"}, {"OPAS", "OPAS"}, {"ORCH", "ORCH"},
  {"ORCHARD", "ORCH"}, {"ORCHRD", "ORCH"}, {"OVAL", "OVAL"}, {"OVERPASS", "OPAS"}, {"OVL", "OVAL"}, {"PARK", "PARK"},
  {"PARKS", "PARK"}, {"PARKWAY", "PKWY"}, {"PARKWAYS", "PKWY"}, {"PARKWY", "PKWY"}, {"PASEO", "PSO"},
  {"PASS", "PASS"}, {"PASSAGE", "PSGE"}, {"PATH", "PATH"}, {"PATHS", "PATH"}, {"PIKE", "PIKE"}, {"PIKES", "PIKE"},
  {"PINE", "PNE"}, {"PINES", "PNES"}, {"PK", "PARK"}, {"PKW", "PKWY"}, {"PKWAY", "PKWY"}, {"PKWY", "PKWY"},
  {"PKWYS", "PKWY"}, {"PKY", "PKWY"}, {"PL", "PL"}, {"PLACE", "PL"}, {"PLAIN", "PLN"}, {"PLAINS", "PLNS"},
  {"PLAZA", "PLZ"}, {"PLC", "PL"}, {"PLN", "PLN"}, {"PLNS", "PLNS"}, {"PLZ", "PLZ"}, {"PLZA", "PLZ"}, {"PNE", "PNE"},
  {"PNES", "PNES"}, {"POINT", "PT"}, {"POINTS", "PTS"}, {"PORT", "PRT"}, {"PORTS", "PRTS"}, {"PR", "PR"},
  {"PRAIRIE", "PR"}, {"PRK", "PARK"}, {"PRR", "PR"}, {"PRT", "PRT"}, {"PRTS", "PRTS"}, {"PSGE", "PSGE"},
  {"PSO", "PSO"}, {"PT", "PT"}, {"PTS", "PTS"}, {"RAD", "RADL"}, {"RADIAL", "RADL"}, {"RADIEL", "RADL"},
  {"RADL", "RADL"}, {"RAMP", "RAMP"}, {"RANCH", "RNCH"}, {"RANCHES", "RNCH"}, {"RAPID", "RPD"}, {"RAPIDS", "RPDS"},
  {"RD", "RD"}, {"RDG", "RDG"}, {"RDGE", "RDG"}, {"RDGS", "RDGS"}, {"RDS", "RDS"}, {"REST", "RST"}, {"RIDGE", "RDG"},
  {"RIDGES", "RDGS"}, {"RIV", "RIV"}, {"RIVER", "RIV"}, {"RIVR", "RIV"}, {"RNCH", "RNCH"}, {"RNCHS", "RNCH"},
  {"ROAD", "RD"}, {"ROADS", "RDS"}, {"ROUTE", "RTE"}, {"ROW", "ROW"}, {"RPD", "RPD"}, {"RPDS", "RPDS"},
  {"RST", "RST"}, {"RTE", "RTE"}, {"RUE", "RUE"}, {"RUN", "RUN"}, {"RVR", "RIV"}, {"SHL", "SHL"}, {"SHLS", "SHLS"},
  {"SHOAL", "SHL"}, {"SHOALS", "SHLS"}, {"SHOAR", "SHR"}, {"SHOARS", "SHRS"}, {"SHORE", "SHR"}, {"SHORES", "SHRS"},
  {"SHR", "SHR"}, {"SHRS", "SHRS"}, {"SKWAY", "SKWY"}, {"SKWY", "SKWY"}, {"SKYWAY", "SKWY"}, {"SMT", "SMT"},
  {"SPG", "SPG"}, {"SPGS", "SPGS"}, {"SPNG", "SPG"}, {"SPNGS", "SPGS"}, {"SPRING", "SPG"}, {"SPRINGS", "SPGS"},
  {"SPRNG", "SPG"}, {"SPRNGS", "SPGS"}, {"SPUR", "SPUR"}, {"SPURS", "SPUR"}, {"SQ", "SQ"}, {"SQR", "SQ"},
  {"SQRE", "SQ"}, {"SQRS", "SQS"}, {"SQS", "SQS"}, {"SQU", "SQ"}, {"SQUARE", "SQ"}, {"SQUARES", "SQS"}, {"ST", "ST"},
  {"STA", "STA"}, {"STATION", "STA"}, {"STATN", "STA"}, {"STN", "STA"}, {"STR", "ST"}, {"STRA", "STRA"},
  {"STRAV", "STRA"}, {"STRAVE", "STRA"}, {"STRAVEN", "STRA"}, {"STRAVENUE", "STRA"}, {"STRAVN", "STRA"},
  {"STREAM", "STRM"}, {"STREET", "ST"}, {"STREETS", "STS"}, {"STREME", "STRM"}, {"STRM", "STRM"}, {"STRT", "ST"},
  {"STRVN", "STRA"}, {"STRVNUE", "STRA"}, {"STS", "STS"}, {"SUMIT", "SMT"}, {"SUMITT", "SMT"}, {"SUMMIT", "SMT"},
  {"TE", "TER"}, {"TER", "TER"}, {"TERR", "TER"}, {"TERRACE", "TER"}, {"THROUGHWAY", "TRWY"}, {"TPK", "TPKE"},
  {"TPKE", "TPKE"}, {"TR", "TRL"}, {"TRACE", "TRCE"}, {"TRACES", "TRCE"}, {"TRACK", "TRAK"}, {"TRACKS", "TRAK"},
  {"TRAFFICWAY", "TRFY"}, {"TRAIL", "TRL"}, {"TRAILER", "TRLR"}, {"TRAILS", "TRL"}, {"TRAK", "TRAK"},
  {"TRCE", "TRCE"}, {"TRFY", "TRFY"}, {"TRK", "TRAK"}, {"TRKS", "TRAK"}, {"TRL", "TRL"}, {"TRLR", "TRLR"},
  {"TRLRS", "TRLR"}, {"TRLS", "TRL"}, {"TRNPK", "TPKE"}, {"TRPK", "TPKE"}, {"TRWY", "TRWY"}, {"TUNEL", "TUNL"},
  {"TUNL", "TUNL"}, {"TUNLS", "TUNL"}, {"TUNNEL", "TUNL"}, {"TUNNELS", "TUNL"}, {"TUNNL", "TUNL"},
  {"TURNPIKE", "TPKE"}, {"TURNPK", "TPKE"}, {"UN", "UN"}, {"UNDERPASS", "UPAS"}, {"UNION", "UN"}, {"UNIONS", "UNS"},
  {"UNS", "UNS"}, {"UPAS", "UPAS"}, {"VALLEY", "VLY"}, {"VALLEYS", "VLYS"}, {"VALLY", "VLY"}, {"VDCT", "VIA"},
  {"VIA", "VIA"}, {"VIADCT", "VIA"}, {"VIADUCT", "VIA"}, {"VIEW", "VW"}, {"VIEWS", "VWS"}, {"VILL", "VLG"},
  {"VILLAG", "VLG"}, {"VILLAGE", "VLG"}, {"VILLAGES", "VLGS"}, {"VILLE", "VL"}, {"VILLG", "VLG"}, {"VILLIAGE", "VLG"},
  {"VIS", "VIS"}, {"VIST", "VIS"}, {"VISTA", "VIS"}, {"VL", "VL"}, {"VLG", "VLG"}, {"VLGS", "VLGS"}, {"VLLY", "VLY"},
  {"VLY", "VLY"}, {"VLYS", "VLYS"}, {"VST", "VIS"}, {"VSTA", "VIS"}, {"VW", "VW"}, {"VWS", "VWS"}, {"WALK", "WALK"},
  {"WALKS", "WALK"}, {"WALL", "WALL"}, {"WAY", "WAY"}, {"WAYS", "WAYS"}, {"WELL", "WL"}, {"WELLS", "WLS"},
  {"WHARF", "WHF"}, {"WHF", "WHF"}, {"WHRF", "WHF"}, {"WL", "WL"}, {"WLS", "WLS"}, {"WY", "WAY"}, {"XING", "XING"},
  {"XRD", "XRD"}, {"XRDS", "XRDS"}, {"XROAD", "XRD"}, {"XROADS", "XRDS"},
};

/* Words that are replaced only when they are the street type at the end of a street, not inside
 * a name: plurals that must stay different from their singular in a name, and words that are no
 * abbreviation inside a name. */
static const ccd_word type_words_only[] = {
  {"ARC", "ARC"}, {"BOT", "BTM"}, {"BR", "BR"}, {"CEN", "CTR"}, {"CENT", "CTR"}, {"COR", "COR"}, {"EXP", "EXPY"},
  {"EXPRESS", "EXPY"}, {"EXT", "EXT"}, {"FALL", "FALL"}, {"FORESTS", "FRST"}, {"HEIGHT", "HTS"}, {"HOLLOWS", "HOLW"},
  {"HOLWS", "HOLW"}, {"HT", "HTS"}, {"ISLES", "ISLE"}, {"LA", "LN"}, {"LAND", "LAND"}, {"LANES", "LN"},
  {"LOOPS", "LOOP"}, {"LP", "LOOP"}, {"MALL", "MALL"}, {"OVAL", "OVAL"}, {"PARKS", "PARK"}, {"PARKWAYS", "PKWY"},
  {"PASS", "PASS"}, {"PATHS", "PATH"}, {"PIKES", "PIKE"}, {"PKWYS", "PKWY"}, {"PR", "PR"}, {"RAD", "RADL"},
  {"RANCHES", "RNCH"}, {"REST", "RST"}, {"RNCHS", "RNCH"}, {"ROW", "ROW"}, {"RUN", "RUN"}, {"SPURS", "SPUR"},
  {"TE", "TER"}, {"TR", "TRL"}, {"TRACES", "TRCE"}, {"TRACKS", "TRAK"}, {"TRAILS", "TRL"}, {"TRKS", "TRAK"},
  {"TRLS", "TRL"}, {"TUNLS", "TUNL"}, {"TUNNELS", "TUNL"}, {"UN", "UN"}, {"VIA", "VIA"}, {"VILL", "VLG"},
  {"WALKS", "WALK"}, {"WALL", "WALL"},
};

/* Directions: appendix B, in English and Spanish. */
static const ccd_word direction_words[] = {
  {"E", "E"}, {"EAST", "E"}, {"ESTE", "E"}, {"N", "N"}, {"NE", "NE"}, {"NO", "N"}, {"NORESTE", "NE"},
  {"NOROESTE", "NW"}, {"NORTE", "N"}, {"NORTH", "N"}, {"NORTHEAST", "NE"}, {"NORTHWEST", "NW"}, {"NW", "NW"},
  {"OESTE", "W"}, {"S", "S"}, {"SE", "SE"}, {"SO", "S"}, {"SOUTH", "S"}, {"SOUTHEAST", "SE"}, {"SOUTHWEST", "SW"},
  {"SUR", "S"}, {"SURESTE", "SE"}, {"SUROESTE", "SW"}, {"SW", "SW"}, {"W", "W"}, {"WEST", "W"},
};

/* Unit designators that are followed by a number or letter: appendix C2. */
static const ccd_word unit_words[] = {
  {"#", "#"}, {"APARTMENT", "APT"}, {"APMT", "APT"}, {"APT", "APT"}, {"APTMT", "APT"}, {"APTS", "APT"},
  {"BLD", "BLDG"}, {"BLDG", "BLDG"}, {"BLDNG", "BLDG"}, {"BOX", "BOX"}, {"BUILDING", "BLDG"}, {"DEPARTMENT", "DEPT"},
  {"DEPT", "DEPT"}, {"FL", "FL"}, {"FLOOR", "FL"}, {"FLR", "FL"}, {"HANGAR", "HNGR"}, {"HANGER", "HNGR"},
  {"HNGR", "HNGR"}, {"KEY", "KEY"}, {"LOT", "LOT"}, {"NO", "#"}, {"NUM", "#"}, {"NUMBER", "#"}, {"OFC", "OFC"},
  {"OFFICE", "OFC"}, {"PENTHOUSE", "PH"}, {"PH", "PH"}, {"PIER", "PIER"}, {"RM", "RM"}, {"ROOM", "RM"},
  {"SIDE", "SIDE"}, {"SLIP", "SLIP"}, {"SP", "SPC"}, {"SPACE", "SPC"}, {"SPC", "SPC"}, {"STE", "STE"},
  {"STES", "STE"}, {"STOP", "STOP"}, {"SUITE", "STE"}, {"TOWER", "TWR"}, {"TRAILER", "TRLR"}, {"TRLR", "TRLR"},
  {"TWR", "TWR"}, {"UN", "UNIT"}, {"UNIT", "UNIT"}, {"UNT", "UNIT"},
};

/* Unit designators that need no number: appendix C2. */
static const ccd_word lone_unit_words[] = {
  {"BASEMENT", "BSMT"}, {"BSMNT", "BSMT"}, {"BSMT", "BSMT"}, {"DOWNSTAIRS", "LOWR"}, {"FRNT", "FRNT"},
  {"FRONT", "FRNT"}, {"LBBY", "LBBY"}, {"LOBBY", "LBBY"}, {"LOWER", "LOWR"}, {"LOWR", "LOWR"}, {"LWR", "LOWR"},
  {"OFC", "OFC"}, {"OFFICE", "OFC"}, {"PENTHOUSE", "PH"}, {"PH", "PH"}, {"REAR", "REAR"}, {"SIDE", "SIDE"},
  {"UPPER", "UPPR"}, {"UPPR", "UPPR"}, {"UPR", "UPPR"}, {"UPSTAIRS", "UPPR"},
};

/* Words of street names that are often abbreviated. */
static const ccd_word name_words[] = {
  {"&", "AND"}, {"ACCESS", "ACC"}, {"AIRPORT", "ARPT"}, {"ALTERNATE", "ALT"}, {"BROTHERS", "BROS"},
  {"BUSINESS", "BUS"}, {"BUSN", "BUS"}, {"C/", "CLL"}, {"CALLE", "CLL"}, {"CAMINITO", "CMT"}, {"CAMINO", "CAM"},
  {"CAPT", "CPT"}, {"CAPTAIN", "CPT"}, {"CARRETERA", "CARR"}, {"CEMETERY", "CEM"}, {"CERRADA", "CER"},
  {"CNTY", "CO"}, {"COLONEL", "COL"}, {"CONNECTOR", "CONN"}, {"COUNTY", "CO"}, {"CTY", "CO"}, {"DOCTOR", "DR"},
  {"ENTRADA", "ENT"}, {"FRONTAGE", "FRNTG"}, {"GENERAL", "GEN"}, {"GOVERNOR", "GOV"}, {"GREAT", "GRT"},
  {"HOSPITAL", "HOSP"}, {"INDUSTRIAL", "INDL"}, {"INTERNATIONAL", "INTL"}, {"JUNIOR", "JR"}, {"LIEUTENANT", "LT"},
  {"LITTLE", "LTL"}, {"LOWER", "LWR"}, {"LOWR", "LWR"}, {"MAJOR", "MAJ"}, {"MEML", "MEM"}, {"MEMORIAL", "MEM"},
  {"MONSIGNOR", "MSGR"}, {"NAT", "NATL"}, {"NATIONAL", "NATL"}, {"PLACITA", "PLA"}, {"PRESIDENT", "PRES"},
  {"PRIVATE", "PVT"}, {"RANCHO", "RCH"}, {"REVEREND", "REV"}, {"SAINT", "ST"}, {"SAINTE", "STE"}, {"SCHOOL", "SCH"},
  {"SENATOR", "SEN"}, {"SENIOR", "SR"}, {"SERGEANT", "SGT"}, {"SERV", "SVC"}, {"SERVICE", "SVC"},
  {"TOWNSHIP", "TWP"}, {"TWSP", "TWP"}, {"UNIVERSITY", "UNIV"}, {"UPPER", "UPR"}, {"UPPR", "UPR"}, {"VEREDA", "VER"},
  {"VETERAN", "VET"}, {"VETERANS", "VETS"},
};

static const ccd_word ordinal_words[] = {
  {"EIGHTEENTH", "18"}, {"EIGHTH", "8"}, {"EIGHTIETH", "80"}, {"ELEVENTH", "11"}, {"FIFTEENTH", "15"},
  {"FIFTH", "5"}, {"FIFTIETH", "50"}, {"FIRST", "1"}, {"FORTIETH", "40"}, {"FOURTEENTH", "14"}, {"FOURTH", "4"},
  {"NINETEENTH", "19"}, {"NINETIETH", "90"}, {"NINTH", "9"}, {"SECOND", "2"}, {"SEVENTEENTH", "17"},
  {"SEVENTH", "7"}, {"SEVENTIETH", "70"}, {"SIXTEENTH", "16"}, {"SIXTH", "6"}, {"SIXTIETH", "60"}, {"TENTH", "10"},
  {"THIRD", "3"}, {"THIRTEENTH", "13"}, {"THIRTIETH", "30"}, {"TWELFTH", "12"}, {"TWENTIETH", "20"},
};

static const ccd_word cardinal_words[] = {
  {"EIGHT", "8"}, {"EIGHTEEN", "18"}, {"EIGHTY", "80"}, {"ELEVEN", "11"}, {"FIFTEEN", "15"}, {"FIFTY", "50"},
  {"FIVE", "5"}, {"FORTY", "40"}, {"FOUR", "4"}, {"FOURTEEN", "14"}, {"NINE", "9"}, {"NINETEEN", "19"},
  {"NINETY", "90"}, {"ONE", "1"}, {"SEVEN", "7"}, {"SEVENTEEN", "17"}, {"SEVENTY", "70"}, {"SIX", "6"},
  {"SIXTEEN", "16"}, {"SIXTY", "60"}, {"TEN", "10"}, {"THIRTEEN", "13"}, {"THIRTY", "30"}, {"THREE", "3"},
  {"TWELVE", "12"}, {"TWENTY", "20"}, {"TWO", "2"},
};

/* Names of states, which may precede the number of a state road: "KENTUCKY 440". Their code in
 * street keys is SR (state road). */
static const ccd_word state_words[] = {
  {"AK", "SR"}, {"AL", "SR"}, {"ALABAMA", "SR"}, {"ALASKA", "SR"}, {"AR", "SR"}, {"ARIZONA", "SR"},
  {"ARKANSAS", "SR"}, {"AZ", "SR"}, {"CA", "SR"}, {"CALIFORNIA", "SR"}, {"COLORADO", "SR"}, {"CONNECTICUT", "SR"},
  {"DC", "SR"}, {"DE", "SR"}, {"DELAWARE", "SR"}, {"FL", "SR"}, {"FLORIDA", "SR"}, {"GA", "SR"}, {"GEORGIA", "SR"},
  {"HAWAII", "SR"}, {"HI", "SR"}, {"IA", "SR"}, {"ID", "SR"}, {"IDAHO", "SR"}, {"IL", "SR"}, {"ILLINOIS", "SR"},
  {"IN", "SR"}, {"INDIANA", "SR"}, {"IOWA", "SR"}, {"KANSAS", "SR"}, {"KENTUCKY", "SR"}, {"KS", "SR"}, {"KY", "SR"},
  {"LA", "SR"}, {"LOUISIANA", "SR"}, {"MA", "SR"}, {"MAINE", "SR"}, {"MARYLAND", "SR"}, {"MASSACHUSETTS", "SR"},
  {"MD", "SR"}, {"ME", "SR"}, {"MI", "SR"}, {"MICHIGAN", "SR"}, {"MINNESOTA", "SR"}, {"MISSISSIPPI", "SR"},
  {"MISSOURI", "SR"}, {"MN", "SR"}, {"MO", "SR"}, {"MONTANA", "SR"}, {"MS", "SR"}, {"MT", "SR"}, {"NC", "SR"},
  {"ND", "SR"}, {"NEBRASKA", "SR"}, {"NEVADA", "SR"}, {"NH", "SR"}, {"NJ", "SR"}, {"NM", "SR"}, {"NV", "SR"},
  {"NY", "SR"}, {"NYS", "SR"}, {"OH", "SR"}, {"OHIO", "SR"}, {"OK", "SR"}, {"OKLAHOMA", "SR"}, {"OR", "SR"},
  {"OREGON", "SR"}, {"PA", "SR"}, {"PENNSYLVANIA", "SR"}, {"RI", "SR"}, {"SC", "SR"}, {"SD", "SR"},
  {"TENNESSEE", "SR"}, {"TEXAS", "SR"}, {"TN", "SR"}, {"TX", "SR"}, {"UT", "SR"}, {"UTAH", "SR"}, {"VA", "SR"},
  {"VERMONT", "SR"}, {"VIRGINIA", "SR"}, {"VT", "SR"}, {"WA", "SR"}, {"WASHINGTON", "SR"}, {"WI", "SR"},
  {"WISCONSIN", "SR"}, {"WV", "SR"}, {"WY", "SR"}, {"WYOMING", "SR"},
};
/* clang-format on */

#define LIST(table)                                                                                \
  {                                                                                                \
    table, CC_N(table)                                                                             \
  }
const ccd_word_list ccd_address_types = LIST(type_words);
const ccd_word_list ccd_address_types_only = LIST(type_words_only);
const ccd_word_list ccd_address_directions = LIST(direction_words);
const ccd_word_list ccd_address_units = LIST(unit_words);
const ccd_word_list ccd_address_lone_units = LIST(lone_unit_words);
const ccd_word_list ccd_address_names = LIST(name_words);
const ccd_word_list ccd_address_ordinals = LIST(ordinal_words);
const ccd_word_list ccd_address_cardinals = LIST(cardinal_words);
const ccd_word_list ccd_address_states = LIST(state_words);
