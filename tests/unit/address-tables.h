/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

/* The tables of Publication 28 and of the Census, row by row: all spellings of a row must give
 * one key, and different rows different keys. Spellings are separated by "|". */

/* clang-format off */
/* Appendix C1: the primary name, the commonly used spellings and the standard spelling. Rows
 * with the same standard spelling (WALK and WALKS) are one row here. */
static const char *const suffix_rows[] = {
  "ALLEE|ALLEY|ALLY|ALY", "ANEX|ANNEX|ANNX|ANX", "ARC|ARCADE", "AV|AVE|AVEN|AVENU|AVENUE|AVN|AVNUE", "BAYOO|BAYOU|BYU",
  "BCH|BEACH", "BEND|BND", "BLF|BLUF|BLUFF", "BLUFFS|BLFS", "BOT|BTM|BOTTM|BOTTOM", "BLVD|BOUL|BOULEVARD|BOULV",
  "BR|BRNCH|BRANCH", "BRDGE|BRG|BRIDGE", "BRK|BROOK", "BROOKS|BRKS", "BURG|BG", "BURGS|BGS", "BYP|BYPA|BYPAS|BYPASS|BYPS",
  "CAMP|CP|CMP", "CANYN|CANYON|CNYN|CYN", "CAPE|CPE", "CAUSEWAY|CAUSWA|CSWY", "CEN|CENT|CENTER|CENTR|CENTRE|CNTER|CNTR|CTR",
  "CENTERS|CTRS", "CIR|CIRC|CIRCL|CIRCLE|CRCL|CRCLE", "CIRCLES|CIRS", "CLF|CLIFF", "CLFS|CLIFFS", "CLB|CLUB", "COMMON|CMN",
  "COMMONS|CMNS", "COR|CORNER", "CORNERS|CORS", "COURSE|CRSE", "COURT|CT", "COURTS|CTS", "COVE|CV", "COVES|CVS", "CREEK|CRK",
  "CRESCENT|CRES|CRSENT|CRSNT", "CREST|CRST", "CROSSING|CRSSNG|XING", "CROSSROAD|XRD", "CROSSROADS|XRDS", "CURVE|CURV",
  "DALE|DL", "DAM|DM", "DIV|DIVIDE|DV|DVD", "DR|DRIV|DRIVE|DRV", "DRIVES|DRS", "EST|ESTATE", "ESTATES|ESTS",
  "EXP|EXPR|EXPRESS|EXPRESSWAY|EXPW|EXPY", "EXT|EXTENSION|EXTN|EXTNSN", "EXTS|EXTENSIONS", "FALL", "FALLS|FLS",
  "FERRY|FRRY|FRY", "FIELD|FLD", "FIELDS|FLDS", "FLAT|FLT", "FLATS|FLTS", "FORD|FRD", "FORDS|FRDS", "FOREST|FORESTS|FRST",
  "FORG|FORGE|FRG", "FORGES|FRGS", "FORK|FRK", "FORKS|FRKS", "FORT|FRT|FT", "FREEWAY|FREEWY|FRWAY|FRWY|FWY",
  "GARDEN|GARDN|GRDEN|GRDN|GDN", "GARDENS|GDNS|GRDNS", "GATEWAY|GATEWY|GATWAY|GTWAY|GTWY", "GLEN|GLN", "GLENS|GLNS",
  "GREEN|GRN", "GREENS|GRNS", "GROV|GROVE|GRV", "GROVES|GRVS", "HARB|HARBOR|HARBR|HBR|HRBOR", "HARBORS|HBRS", "HAVEN|HVN",
  "HT|HTS|HEIGHTS", "HIGHWAY|HIGHWY|HIWAY|HIWY|HWAY|HWY", "HILL|HL", "HILLS|HLS", "HLLW|HOLLOW|HOLLOWS|HOLW|HOLWS",
  "INLT|INLET", "IS|ISLAND|ISLND", "ISLANDS|ISLNDS|ISS", "ISLE|ISLES", "JCT|JCTION|JCTN|JUNCTION|JUNCTN|JUNCTON",
  "JCTNS|JCTS|JUNCTIONS", "KEY|KY", "KEYS|KYS", "KNL|KNOL|KNOLL", "KNLS|KNOLLS", "LK|LAKE", "LKS|LAKES", "LAND",
  "LANDING|LNDG|LNDNG", "LANE|LN", "LGT|LIGHT", "LIGHTS|LGTS", "LF|LOAF", "LCK|LOCK", "LCKS|LOCKS", "LDG|LDGE|LODG|LODGE",
  "LOOP|LOOPS|LP", "MALL", "MNR|MANOR", "MANORS|MNRS", "MEADOW|MDW", "MDWS|MEADOWS|MEDOWS", "MEWS", "MILL|ML", "MILLS|MLS",
  "MISSN|MSSN|MISSION|MSN", "MOTORWAY|MTWY", "MNT|MT|MOUNT", "MNTAIN|MNTN|MOUNTAIN|MOUNTIN|MTIN|MTN",
  "MNTNS|MOUNTAINS|MTNS", "NCK|NECK", "ORCH|ORCHARD|ORCHRD", "OVAL|OVL", "OVERPASS|OPAS", "PARK|PRK|PARKS|PK",
  "PARKWAY|PARKWY|PKWAY|PKWY|PKY|PARKWAYS|PKWYS", "PASS", "PASSAGE|PSGE", "PATH|PATHS", "PIKE|PIKES", "PINE|PNE",
  "PINES|PNES", "PL|PLACE", "PLAIN|PLN", "PLAINS|PLNS", "PLAZA|PLZ|PLZA", "POINT|PT", "POINTS|PTS", "PORT|PRT", "PORTS|PRTS",
  "PR|PRAIRIE|PRR", "RAD|RADIAL|RADIEL|RADL", "RAMP", "RANCH|RANCHES|RNCH|RNCHS", "RAPID|RPD", "RAPIDS|RPDS", "REST|RST",
  "RDG|RDGE|RIDGE", "RDGS|RIDGES", "RIV|RIVER|RVR|RIVR", "RD|ROAD", "ROADS|RDS", "ROUTE|RTE", "ROW", "RUE", "RUN", "SHL|SHOAL",
  "SHLS|SHOALS", "SHOAR|SHORE|SHR", "SHOARS|SHORES|SHRS", "SKYWAY|SKWY", "SPG|SPNG|SPRING|SPRNG",
  "SPGS|SPNGS|SPRINGS|SPRNGS", "SPUR|SPURS", "SQ|SQR|SQRE|SQU|SQUARE", "SQRS|SQUARES|SQS", "STA|STATION|STATN|STN",
  "STRA|STRAV|STRAVEN|STRAVENUE|STRAVN|STRVN|STRVNUE", "STREAM|STREME|STRM", "STREET|STRT|ST|STR", "STREETS|STS",
  "SMT|SUMIT|SUMITT|SUMMIT", "TER|TERR|TERRACE", "THROUGHWAY|TRWY", "TRACE|TRACES|TRCE", "TRACK|TRACKS|TRAK|TRK|TRKS",
  "TRAFFICWAY|TRFY", "TRAIL|TRAILS|TRL|TRLS", "TRAILER|TRLR|TRLRS", "TUNEL|TUNL|TUNLS|TUNNEL|TUNNELS|TUNNL",
  "TRNPK|TURNPIKE|TURNPK|TPKE", "UNDERPASS|UPAS", "UN|UNION", "UNIONS|UNS", "VALLEY|VALLY|VLLY|VLY", "VALLEYS|VLYS",
  "VDCT|VIA|VIADCT|VIADUCT", "VIEW|VW", "VIEWS|VWS", "VILL|VILLAG|VILLAGE|VILLG|VILLIAGE|VLG", "VILLAGES|VLGS", "VILLE|VL",
  "VIS|VIST|VISTA|VST|VSTA", "WALK|WALKS", "WALL", "WAY|WY", "WAYS", "WELL|WL", "WELLS|WLS",
};

/* Appendix C2, unit designators after a street. */
static const char *const unit_rows[] = {
  "Apartment 3|Apt 3|Apt. 3|Apt#3|# 3|Unit 3|Suite 3|Ste 3|Room 3|Rm 3|3", "Building 3|Bldg 3|Bldg. 3", "Floor 3|Fl 3|3rd Floor|3rd Fl|Third Floor",
  "Department 3|Dept 3", "Hangar 3|Hngr 3", "Key 3", "Lot 3", "Pier 3", "Slip 3", "Space 3|Spc 3|Sp 3", "Stop 3", "Trailer 3|Trlr 3",
  "Office 3|Ofc 3", "Penthouse 3|PH 3", "Basement|Bsmt", "Front|Frnt", "Lobby|Lbby", "Lower|Lowr", "Office|Ofc", "Penthouse|PH", "Rear", "Side",
  "Upper|Uppr",
};

/* Appendix F: the Census names for numbered roads, and their spellings in voter files. */
static const char *const road_rows[] = {
  "County Highway 140|Cnty Hwy 140|Co Hwy 140|County Road 140|County Rd 140|Cnty Rd 140|Co Rd 140|CR 140|CR140|C.R. 140|CA County Rd 140|"
    "California County Road 140|County Route 140|Co Rte 140|County State Aid Highway 140|Co St Aid Hwy 140|CSAH 140|County Trunk Road 140|Co Trunk Rd 140|"
    "Hwy CR 140|County Road No 140",
  "County Highway 60E|County Hwy 60E|CR 60-E", "County Trunk Highway KK|Co Trunk Hwy KK|County Road KK|CTH KK", "County Lane 12|Co Ln 12",
  "Expressway 55|Expy 55", "Farm to Market 1200|FM 1200|Hwy FM 1200|Highway FM 1200|Farm-to-Market Road 1200|Farm Rd 1200|FM1200|F.M. 1200|Farm To Mkt Rd 1200",
  "Highway 101|Hwy 101|Hiway 101|HWY-101", "Hiway 1080A|Highway 1080A|Hwy 1080-A", "Highway 11 Bypass|Hwy 11 Byp|Hwy 11 Byps",
  "Highway 66 Frontage Road|Hwy 66 Frontage Rd|Hwy 66 Frntg Rd", "Interstate 680|Interstate Hwy 680|IH680|IH 680|I680|I-680|I 680|I- 680|Highway I 680",
  "Interstate 55 Bypass|I 55 Byp|I 55 Bypass Road", "Interstate 44 Frontage Road|I 44 Frontage Rd", "Loop 410|Lp 410|State Loop 410|St Loop 410",
  "Spur 410|State Spur 410", "Ranch Road 620|Ranch Rd 620|RR 620|RM 620|Ranch to Market Road 620|Ranch To Market 620|Ranch To Mkt Rd 620|Rural Route 620|R R 620|RFD 620",
  "Road 5A|Rd 5A|RD 5-A", "Route 88|Rt 88|Rte 88|RT88", "Route 1150EE|Rte 1150EE",
  "State Highway 335|State Hwy 335|SH 335|St Highway 335|State Road 335|State Rd 335|SR 335|St Rd 335|State Route 335|State Rte 335|St Rt 335|KY 335|"
    "Kentucky 335|Kentucky Highway 335|KY Hwy 335|KY St Hwy 335|Kentucky State Highway 335|State Trunk Highway 335|St Trunk Hwy 335|Hwy SR 335|N.C. Hwy 335",
  "State Route MM|SR MM|State Rte MM|State Hwy MM|Kentucky Highway MM", "Township Road 20|Township Rd 20|Twp Rd 20|TSR 20|TR 20|Township Highway 20|Twp Hwy 20|Twnshp Rd 20",
  "US Highway 41 SW|US 41 SW|US Hwy 41 SW|U.S. Route 41 SW", "US Highway 44|US Hwy 44|US 44|US Rte 44|Hwy US 44|Highway U.S. 44",
  "Bureau of Indian Affairs Road 7|Bureau of Indian Affairs Rd 7|BIA Rd 7|BIA Road 7|BIA 7|B.I.A. Rd 7|BIA Rte 7|Bureau of Indian Affairs Route 7|BIA Hwy 7|"
    "Bureau of Indian Affairs Highway 7|Indian Service Route 7|Indian Svc Rte 7|Indian Route 7|Indian Rte 7|Navajo Service Route 7|Navajo Svc Rte 7|Navajo Rte 7|BIA7",
  "Bureau of Land Management Road 7|BLM Rd 7|BLM Road 7", "Tribal Road 7|Tribal Rd 7", "Reservation Highway 7|Resvn Hwy 7|Reservation Hwy 7",
  "National Forest Development Road 7|Nat For Dev Rd 7|National Forest Road 7|Natl Forest Rd 7|National Forest Dev Rd 7|NF Rd 7|NFR 7|Forest Road 7|Forest Rd 7|Forest Rte 7|"
    "Forest Highway 7|Forest Hwy 7|Forest Service Road 7|FS Rd 7|FSR 7|USFS Rd 7|USFS Hwy 7|US Forest Service Road 7|US Forest Service Highway 7|U.S. Forest Service Rd 7",
  "State Forest Service Road 7|St FS Rd 7", "Fire Control Road 7|Fire Cntrl Rd 7", "Fire District Road 7|Fire Dist Rd 7", "Fire Lane 7|Fire Ln 7", "Fire Road 7|Fire Rd 7",
  "Fire Route 7|Fire Rte 7", "Fire Trail 7|Fire Trl 7", "Parish Road 7|Parish Rd 7", "Town Road 7|Town Rd 7|Town Highway 7|Town Hwy 7", "Private Road 7|Pvt Rd 7",
  "Park Road 7|Park Rd 7|State Park Rd 7", "Recreational Road 7|Rec Rd 7", "Carretera 7|Carr 7|Carr PR-7", "Highway Contract Route 7|HC 7|Star Route 7|Star Rte 7|HCR 7|H.C. 7",
};

/* Boxes of rural routes (Publication 28, sections 24 and 25), as whole lines. */
static const char *const route_rows[] = {
  ("RR 2 BOX 152|RR2 Box 152|R R 2 Box 152|R.R. 2, Box 152|Rural Route 2 Box 152|Rural Rte 2 Box 152|RR 02 Box #152|RFD Route 2 # 152|RFD 2 Box 152|R.F.D. 2 Box 152|"
    "RD 2 Box 152|R D 2 Box 152|Route 2 Box 152|Rt 2, Box 152|RR-2 Box 152|RR # 2 Box 152|RR No 2 Box No 152|Box 152 RR 2|Box 152, Rural Route 2|RR 2 Bx 152|RR 2 BOX152|RR 2 Box 152 PO Box 9"),
  "RR 2 BOX 18-A|RR 2 Box 18A", "RR 3 BOX 152|Rural Route 3 Box 152", "RR 2 Box 15|RR 2 Box 015", "RR 2 Box 1-5", "RR Box 152|Rural Route Box 152",
  "HC 2 BOX 152|HC2 Box 152|H C 2 Box 152|HCR 2 Box 152|HC Route 2 Box 152|Highway Contract Route 2 Box 152|Highway Contract 2 Box 152|Star Route 2 Box 152|Star Rt 2 Box 152|Box 152 HC 2",
  "Star Route Box 152|HC Box 152", "Star Route A Box 152|HC A Box 152", "RR 2 Box 152 Apt 3|Rural Route 2 Box 152 # 3", "152 RR 2|152 Rural Route 2|152 R R 2",
};
/* clang-format on */
