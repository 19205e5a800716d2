/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <stddef.h>

/* Pairs of spellings, of homes, and of a home and the name of a street segment. Sources:
 * Publication 28, street names of the Census, and public bug reports of other products. */

enum {
  OTHER,
  SAME
};

typedef struct pair {
  const char *a, *b;
  int same;
} pair;

/* A home in one line, and the same home as separate number, street and unit; `same`: do both
 * have one key? */
typedef struct parts_pair {
  const char *line, *number, *street, *unit;
  int same;
} parts_pair;

/* clang-format off */
static const pair homes[] = {
  /* Street types, in any position. */
  {"12 Main Street", "12 MAIN ST", SAME}, {"12 Main Str", "12 Main St.", SAME}, {"12 Main Avenue", "12 Main Av", SAME},
  {"12 Main Avn", "12 Main Ave", SAME}, {"12 Main Boulevard", "12 Main Blvd", SAME}, {"12 Main Boul", "12 Main Blv", SAME},
  {"12 Canal Park", "12 CANAL PK", SAME}, {"12 Elm Circle", "12 Elm Cir", SAME}, {"12 Elm Crcle", "12 Elm Circ", SAME},
  {"12 Elm Terrace", "12 Elm Terr", SAME}, {"12 Elm Trail", "12 Elm Trl", SAME}, {"12 Elm Parkway", "12 Elm Pky", SAME},
  {"12 Elm Bluffs", "12 Elm Blfs", SAME}, {"12 Elm Squares", "12 Elm Sqs", SAME}, {"12 Elm Mountains", "12 Elm Mtns", SAME},
  {"12 Elm Trafficway", "12 Elm Trfy", SAME}, {"12 Elm Harbour", "12 Elm Hbr", SAME}, {"12 Elm Centre", "12 Elm Ctr", SAME},
  {"12 Elm Corners", "12 Elm Cors", SAME}, {"12 Elm Crossroads", "12 Elm Xrds", SAME}, {"12 Elm Extensions", "12 Elm Exts", SAME},
  {"12 Elm Strav", "12 Elm Stravenue", SAME}, {"12 Elm Wy", "12 Elm Way", SAME}, {"12 Elm Skyway", "12 Elm Skwy", SAME},
  {"12 Forest Hill Rd", "12 Frst Hl Road", SAME}, {"12 Lake Shore Drive", "12 Lk Shr Dr", SAME}, {"12 Mountain View Ct", "12 Mtn Vw Ct", SAME},
  {"12 Spring Valley Ln", "12 Spg Vly Lane", SAME}, {"12 Springs Rd", "12 Spgs Rd", SAME}, {"12 Court Street", "12 Ct St", SAME},
  {"12 Old Mill Rd", "12 Old Ml Rd", SAME}, {"12 Park Place", "12 Park Pl", SAME}, {"12 Union Square Pl", "12 Union Sq Pl", SAME},
  {"12 River Bend Dr", "12 Riv Bnd Dr", SAME}, {"12 Creek Crossing", "12 Crk Xing", SAME}, {"12 Green Meadows Dr", "12 Grn Mdws Dr", SAME},
  {"12 Avenue of the Americas", "12 Ave of the Americas", SAME}, {"101 Avenue D", "101 Ave D", SAME}, {"7 AVENUE W", "7 AVE W", SAME},
  {"12 Calle Luna", "12 Cll Luna", SAME}, {"12 C/ Luna", "12 Calle Luna", SAME}, {"12 Avenida Del Sol", "12 Ave Del Sol", SAME},
  {"12 Avda Del Sol", "12 Avenida Del Sol", SAME}, {"12 Camino Real", "12 Cam Real", SAME}, {"12 Vereda Norte", "12 Ver Norte", SAME},
  {"12 Bulevar Sur", "12 Blvd Sur", SAME}, {"12 Calle 5 Este", "12 Calle 5 E", SAME}, {"12 Paseo Del Prado", "12 Pso Del Prado", SAME},
  {"12 Main St", "12 Main Ave", OTHER}, {"12 Parks Ave", "12 Park Ave", OTHER}, {"12 Pikes Rd", "12 Pike Rd", OTHER},
  {"12 Spring St", "12 Springs St", OTHER}, {"12 Court St", "12 Courts St", OTHER}, {"12 Forest Dr", "12 Forests Dr", OTHER},
  {"12 Elm Mill", "12 Elm Mills", OTHER}, {"12 Elm Drive", "12 Elm Drives", OTHER}, {"12 Avenue D", "12 D Avenue", OTHER},
  {"12 Broadway", "12 Broadway St", OTHER}, {"12 Elm Ct", "12 Elm Cir", OTHER}, {"12 Elm Pl", "12 Elm Plz", OTHER},
  {"12 La Brea Ave", "12 Lane Brea Ave", OTHER}, {"12 Walks Ln", "12 Walk Ln", OTHER}, {"12 Calle A", "12 Calle B", OTHER},

  /* Directions. */
  {"12 North Main St", "12 N Main St", SAME}, {"12 N. Main St", "12 No Main St", SAME}, {"12 Main St Northwest", "12 Main St NW", SAME},
  {"12 Main St N W", "12 Main St N.W.", SAME}, {"12 North East 5th St", "12 NE 5th St", SAME}, {"12 N E 5th St", "12 N.E. 5th St", SAME},
  {"12 So. Elm St", "12 South Elm St", SAME}, {"12 East 100 North", "12 E 100 N", SAME}, {"12 S 300E", "12 South 300 East", SAME},
  {"12 Old North Church Rd", "12 Old N Church Rd", SAME}, {"12 Broadway North", "12 Broadway N", SAME}, {"12 5th North", "12 5th N", SAME},
  {"12 W Saint Clair St", "12 West St Clair Street", SAME}, {"12 Park Ave South", "12 Park Ave S", SAME},
  {"12 North St", "12 N St", OTHER}, {"12 East Ave", "12 E Ave", OTHER}, {"12 N Main St", "12 S Main St", OTHER},
  {"12 5th Ave N", "12 N 5th Ave", OTHER}, {"12 Main St NW", "12 Main St NE", OTHER}, {"12 E 100 N", "12 E 100 S", OTHER},
  {"12 E 100 N", "12 W 100 N", OTHER}, {"12 Avenue N", "12 Avenue North", OTHER}, {"12 Calle N", "12 Calle Norte", OTHER},
  {"12 Main St", "12 Main St N", OTHER}, {"12 N West St", "12 NW St", OTHER}, {"12 E 100 N", "12 E 200 N", OTHER},

  /* Ordinals and numbers in names. */
  {"12 First St", "12 1st St", SAME}, {"12 Second Ave", "12 2nd Ave", SAME}, {"12 Thirteenth St", "12 13th St", SAME},
  {"12 Twenty-First St", "12 21st St", SAME}, {"12 Twenty First St", "12 21ST STREET", SAME}, {"12 Ninetieth St", "12 90th St", SAME},
  {"12 Forty Second St", "12 42nd St", SAME}, {"12 37 Ave", "12 37th Avenue", SAME}, {"12 NE 23 St", "12 NE 23rd St", SAME},
  {"12 05th St", "12 5th St", SAME}, {"12 112th St", "12 112 St", SAME}, {"12 Eight Mile Rd", "12 8 Mile Rd", SAME},
  {"12 Seven Oaks Ln", "12 7 Oaks Ln", SAME}, {"12 3 rd St", "12 3 rd St", SAME},
  {"12 1st St", "12 11th St", OTHER}, {"12 5th St", "12 50th St", OTHER}, {"12 First St", "12 Second St", OTHER},
  {"12 39.2 Rd", "12 392 Rd", OTHER}, {"12 39 1/2 Rd", "12 39 Rd", OTHER}, {"12 21st St", "12 20 1st St", OTHER},
  {"12 8 Mile Rd", "12 Mile Rd", OTHER}, {"121 5th St", "12 15th St", OTHER},

  /* Saint, Fort, Mount, titles. */
  {"12 Saint James St", "12 St James St", SAME}, {"12 St. John's Rd", "12 Saint Johns Rd", SAME}, {"12 St.John Rd", "12 Saint John Rd", SAME},
  {"12 Fort Hill Rd", "12 Ft Hill Rd", SAME}, {"12 Ft. Washington Ave", "12 Fort Washington Ave", SAME}, {"12 Mount Auburn St", "12 Mt Auburn St", SAME},
  {"12 Mt. Vernon St", "12 Mnt Vernon St", SAME}, {"12 Sainte Marie St", "12 Ste Marie St", SAME}, {"12 General Lee Ave", "12 Gen Lee Ave", SAME},
  {"12 Doctor King Blvd", "12 Dr King Blvd", SAME}, {"12 Monsignor O'Brien Hwy", "12 Msgr OBrien Highway", SAME},
  {"12 Dr Martin Luther King Jr Blvd", "12 MLK Blvd", SAME}, {"12 Martin Luther King Dr", "12 M L King Drive", SAME},
  {"12 MLK Jr Blvd", "12 Rev. Dr. Martin Luther King, Jr. Blvd", SAME}, {"12 J.F.K. Blvd", "12 John F. Kennedy Blvd", SAME},
  {"12 Old County Rd", "12 Old Cnty Rd", SAME}, {"12 University Ave", "12 Univ Ave", SAME}, {"12 Memorial Dr", "12 Mem Dr", SAME},
  {"12 Upper Lake Rd", "12 Uppr Lk Rd", SAME}, {"12 Town & Country Rd", "12 Town and Country Rd", SAME}, {"12 Little River Rd", "12 Ltl Riv Rd", SAME},
  {"12 Saint James St", "12 James St", OTHER}, {"12 Fort St", "12 Forest St", OTHER}, {"12 Mount Rd", "12 Mountain Rd", OTHER},
  {"12 Martin Luther Ave", "12 Martin Luther King Ave", OTHER}, {"12 Great Rd", "12 Green Rd", OTHER},

  /* Accents, apostrophes, blanks and marks. */
  {"12 O’Connor Dr", "12 O'Connor Dr", SAME}, {"12 OConnor Dr", "12 O Connor Dr", SAME}, {"12 O`Connor Dr", "12 OʻConnor Dr", SAME},
  {"12 Anaïs St", "12 Anais St", SAME}, {"12 Calle Peñón", "12 CALLE PENON", SAME}, {"12 Cafe\u0301 Ln", "12 Café Ln", SAME},
  {"12 Straße Ln", "12 Strasse Ln", SAME}, {"12 Øster Rd", "12 Oster Rd", SAME}, {"12 Łódź St", "12 Lodz St", SAME},
  {"12\u00a0Elm\u00a0St", "12 Elm St", SAME}, {"12 Elm\u200b St", "12 Elm St", SAME}, {"１２ Ｅｌｍ St", "12 Elm St", SAME},
  {"12 Winston-Salem Rd", "12 Winston Salem Rd", SAME}, {"12 Winston–Salem Rd", "12 Winston Salem Rd", SAME},
  {"12 Mc Kinley St", "12 McKinley St", SAME}, {"12 Mac Arthur Blvd", "12 MacArthur Blvd", SAME}, {"12 De Soto Ave", "12 Desoto Ave", SAME},
  {"12 La Salle St", "12 LaSalle St", SAME}, {"12 Van Ness Ave", "12 Vanness Ave", SAME}, {"12 De La Cruz Blvd", "12 De LaCruz Blvd", SAME},
  {"12  Elm   St ", "12 ELM ST", SAME}, {"12, Elm St", "12 Elm St", SAME}, {"12 Elm St.", "12 elm st", SAME}, {"12 D'Angelo Way", "12 DAngelo Wy", SAME},
  {"12 Ёлка St", "12 Elka St", OTHER}, {"12 Elm St", "12 Elms St", OTHER}, {"12 O St", "12 Connor St", OTHER}, {"12 Van Ness Ave", "12 Van Buren Ave", OTHER},

  /* House numbers: zeros, letters, fractions, grids, Queens, numbers in words. */
  {"0012 Elm St", "12 Elm St", SAME}, {"12.0 Elm St", "12 Elm St", SAME}, {"18-D Main St", "18D Main St", SAME}, {"18 D Main St", "18D Main St", SAME},
  {"537½ W 26th St", "537 1/2 W 26th St", SAME}, {"537-1/2 W 26th St", "537 1/2 W 26th St", SAME}, {"537.5 W 26th St", "537 1/2 West 26th St", SAME},
  {"12 ¾ Elm St", "12 3/4 Elm St", SAME}, {"N6W23001 Bluemound Rd", "N6 W23001 Bluemound Rd", SAME}, {"W180N8085 Town Hall Rd", "W180 N8085 Town Hall Road", SAME},
  {"142 - 27 37th Ave", "142-27 37th Ave", SAME}, {"142–27 37th Ave", "142-27 37 Ave", SAME}, {"25W123 Geneva Rd", "25 W 123 Geneva Rd", SAME},
  {"One Park Plaza", "1 Park Plz", SAME}, {"No. 12 Elm St", "12 Elm St", SAME}, {"#12 Elm St", "12 Elm St", SAME}, {"12 Rear Main St", "12 Main St Rear", SAME},
  {"Two Rector St", "2 Rector St", SAME}, {"N8455 County Road F", "N8455 Cty Rd F", SAME},
  {"12 Elm St", "12A Elm St", OTHER}, {"12 Elm St", "12 1/2 Elm St", OTHER}, {"142-27 37th Ave", "14227 37th Ave", OTHER}, {"12 1/4 Elm St", "12 3/4 Elm St", OTHER},
  {"4-6 Canal Pk", "46 Canal Pk", OTHER}, {"4-6 Canal Pk", "4 Canal Pk", OTHER}, {"10 Elm St", "100 Elm St", OTHER}, {"N6W23001 Main St", "N6W23002 Main St", OTHER},
  {"18 E Main St", "18E Main St", OTHER}, {"12 F St NW", "12F St NW", OTHER}, {"225R Main St", "225 Main St", OTHER}, {"12 M L King Dr", "12M L King Dr", OTHER},

  /* County, state, US, farm and other roads with numbers. */
  {"256 County Road 634", "256 Co Rd 634", SAME}, {"256 CR 634", "256 County Rd 634", SAME}, {"256 CR-634", "256 C.R. 634", SAME}, {"256 Cnty Rd 634", "256 Cty Road 634", SAME},
  {"256 CR634", "256 CR 634", SAME}, {"256 County Route 634", "256 Co Rte 634", SAME}, {"256 County Highway 140", "256 Cnty Hwy 140", SAME},
  {"256 County Hwy K", "256 CTH K", SAME}, {"256 County Trunk Highway AB", "256 County Rd AB", SAME}, {"256 County Road # 12", "256 CR 12", SAME},
  {"256 County Road No. 12", "256 County Road 12", SAME}, {"256 CSAH 12", "256 County State Aid Highway 12", SAME}, {"256 County Road 012", "256 CR 12", SAME},
  {"256 County Road 12-A", "256 CR 12A", SAME}, {"256 E County Road 400 N", "256 E CR 400 N", SAME}, {"256 E CR 400N", "256 East County Road 400 North", SAME},
  {"256 County Road 7 1/2", "256 CR 7½", SAME}, {"256 County Road N", "256 Cty Rd N", SAME}, {"256 Co. Rd. 12", "256 County Road 12", SAME},
  {"6 State Route 6", "6 State Rte 6", SAME}, {"6 SR 6", "6 St Rt 6", SAME}, {"6 State Road 6", "6 State Rd 6", SAME}, {"6 State Highway 6", "6 State Hwy 6", SAME},
  {"6 SR-6", "6 State Route 6", SAME}, {"6 SH 6", "6 State Highway 6", SAME}, {"6 NY-27", "6 State Route 27", SAME}, {"6 NY 27", "6 NYS Route 27", SAME},
  {"6 NC Highway 55", "6 NC 55", SAME}, {"6 N C Highway 55", "6 North Carolina Hwy 55", SAME}, {"6 KY Highway 189", "6 Kentucky Highway 189", SAME},
  {"6 KY 1207", "6 State Highway 1207", SAME}, {"6 State Highway AA", "6 State Hwy AA", SAME}, {"6 S.R. 6", "6 SR 6", SAME}, {"6 State Road 6 W", "6 SR 6 West", SAME},
  {"6 M-24", "6 M 24 Hwy", SAME}, {"6 State Route 6A", "6 SR 6-A", SAME}, {"6 PA Route 100", "6 Pennsylvania Rte 100", SAME},
  {"100 US Highway 50", "100 US 50", SAME}, {"100 U.S. Hwy 50", "100 US-50", SAME}, {"100 US Route 50", "100 US Rte 50", SAME}, {"100 US50", "100 U S 50", SAME},
  {"100 United States Highway 50", "100 US Hwy 50", SAME}, {"100 N US Highway 1", "100 North US 1", SAME}, {"100 US Highway 281 Business", "100 Bus US 281", SAME},
  {"100 US 31W", "100 US Highway 31 W", SAME}, {"100 Old US Highway 40", "100 Old US 40", SAME}, {"100 US Highway 1 Alternate", "100 US 1 Alt", SAME},
  {"100 US 40 Bypass", "100 US Hwy 40 Byp", SAME}, {"100 Interstate 35", "100 IH 35", SAME}, {"100 I-35 N", "100 Interstate Hwy 35 North", SAME},
  {"100 Interstate 35 Frontage Rd", "100 I 35 Frntg Rd", SAME}, {"100 IH-35 Service Road", "100 IH 35 Svc Rd", SAME},
  {"100 Farm to Market Road 1960", "100 FM 1960", SAME}, {"100 Farm-to-Market Rd 1960", "100 FM Road 1960", SAME}, {"100 FM1960", "100 F.M. 1960", SAME},
  {"100 Farm Road 1960", "100 FM 1960", SAME}, {"100 FM 1960 West", "100 FM 1960 W", SAME}, {"100 Ranch Road 620", "100 RR 620", SAME}, {"100 Ranch to Market Road 620", "100 RM 620", SAME},
  {"100 Township Road 12", "100 Twp Rd 12", SAME}, {"100 TR 12", "100 Township Rd 12", SAME}, {"100 Private Road 12", "100 PR 12", SAME}, {"100 Forest Service Road 12", "100 FS Rd 12", SAME},
  {"100 Parish Road 12", "100 Parish Rd 12", SAME}, {"100 Indian Route 12", "100 Indian Rte 12", SAME}, {"100 BIA Road 12", "100 BIA Rte 12", SAME},
  {"100 State Loop 8", "100 Loop 8", SAME}, {"100 Highway 50", "100 Hwy 50", SAME}, {"100 Hwy. 50", "100 HWY-50", SAME}, {"100 Route 9", "100 Rt 9", SAME}, {"100 Rte. 9", "100 RT9", SAME},
  {"100 E 24 Highway", "100 East Hwy 24", SAME}, {"100 Carretera 2", "100 Carr 2", SAME}, {"100 Carr PR-2", "100 Carr. 2", SAME}, {"100 Park Road 22", "100 Park Rd 22", SAME},
  {"100 County Road 12 Apt 3", "100 CR 12 # 3", SAME}, {"100 US Highway 50 Lot 7", "100 US 50 LOT 7", SAME}, {"100 Highway N", "100 Hwy N", SAME}, {"100 County 12", "100 Co Rd 12", SAME},
  {"100 County Road 12", "100 State Road 12", OTHER}, {"100 US 12", "100 SR 12", OTHER}, {"100 US 12", "100 I 12", OTHER}, {"100 FM 12", "100 RM 12", OTHER},
  {"100 FM 12", "100 CR 12", OTHER}, {"100 County Road 12", "100 County Road 21", OTHER}, {"100 CR 12", "100 CR 12A", OTHER}, {"100 CR 400 N", "100 CR 400 E", OTHER},
  {"100 CR 400 N", "100 CR 400", OTHER}, {"100 County Road B", "100 County Road D", OTHER}, {"100 Highway 50", "100 Highway 5", OTHER}, {"100 Highway 9", "100 Route 9", OTHER},
  {"100 Highway 50", "100 US Highway 50", OTHER}, {"100 Old Highway 50", "100 Highway 50", OTHER}, {"100 US 40 Bus", "100 US 40", OTHER}, {"100 US 31 W", "100 US 31 E", OTHER},
  {"100 State Rd", "100 State St", OTHER}, {"100 County Line Rd", "100 County Rd", OTHER}, {"100 CR 12-14", "100 CR 1214", OTHER}, {"100 Loop 410", "100 Spur 410", OTHER},
  {"100 State Rd 7", "100 State Rd", OTHER}, {"100 CR 12 Apt 3", "100 CR 12", OTHER}, {"100 Fire Rd 12", "100 Fire Ln 12", OTHER}, {"100 Town Rd 5", "100 Twp Rd 5", OTHER},

  /* Units. */
  {"2 Elm St Apt 3", "2 Elm St #3", SAME}, {"2 Elm St Unit 3", "2 Elm St, Apt. 3", SAME}, {"2 Elm St Apt3", "2 Elm St Apartment 3", SAME}, {"2 Elm St Apt #3", "2 Elm St # 3", SAME},
  {"2 Elm St Apt No. 3", "2 Elm St Apt 3", SAME}, {"2 Elm St Apt 03", "2 Elm St 3", SAME}, {"2 Elm St Apt 3-B", "2 Elm St 3B", SAME}, {"2 Elm St Apt 3 B", "2 Elm St #3b", SAME},
  {"2 Elm St B", "2 Elm St Apt B", SAME}, {"2 Elm St Ste 100", "2 Elm St Suite 100", SAME}, {"2 Elm St STE100", "2 Elm St, Suite 100", SAME}, {"2 Elm St Rm 4", "2 Elm St Room 4", SAME},
  {"2 Elm St 2nd Floor", "2 Elm St Fl 2", SAME}, {"2 Elm St Second Floor", "2 Elm St Flr 2", SAME}, {"2 Elm St Apt 2nd Fl", "2 Elm St Floor 2", SAME}, {"2 Elm St FL2", "2 Elm St Fl 2", SAME},
  {"2 Elm St Bldg 2 Apt 3", "2 Elm St Building 2 Unit 3", SAME}, {"2 Elm St Apt 3 Bldg 2", "2 Elm St Bldg 2 #3", SAME}, {"2 Elm St Lot 5", "2 Elm St LOT 5", SAME},
  {"2 Elm St Spc 5", "2 Elm St Space 5", SAME}, {"2 Elm St Trlr 5", "2 Elm St Trailer 5", SAME}, {"2 Elm St Basement", "2 Elm St Bsmt", SAME}, {"2 Elm St Apt Basement", "2 Elm St Bsmt Apt", SAME},
  {"2 Elm St Upper", "2 Elm St Uppr", SAME}, {"2 Elm St Lower", "2 Elm St Lowr", SAME}, {"2 Elm St Front", "2 Elm St Frnt", SAME}, {"2 Elm St Penthouse", "2 Elm St PH", SAME},
  {"2 Elm St PH 3", "2 Elm St Penthouse 3", SAME}, {"2 Elm St Lobby", "2 Elm St Lbby", SAME}, {"2 Elm St Hangar 3", "2 Elm St Hngr 3", SAME}, {"2 Elm St Dept 3", "2 Elm St Department 3", SAME},
  {"2 Elm St Office 3", "2 Elm St Ofc 3", SAME}, {"#207-1104 Watkins Glen Ct", "1104 Watkins Glen Ct Apt 207", SAME}, {"Apt 3, 12 Main St", "12 Main St Apt 3", SAME}, {"Unit B 12 Main St", "12 Main St B", SAME},
  {"15 Broadway, 4", "15 Broadway Apt 4", SAME}, {"12 Avenue D Apt 3", "12 Ave D #3", SAME}, {"2 Elm St Apt", "2 Elm St", SAME}, {"2 Elm St #", "2 Elm St", SAME}, {"2 Elm St PO Box 9", "2 Elm St", SAME},
  {"2 Elm St NW Apt 3", "2 Elm St NW 3", SAME}, {"2 Elm Road 3", "2 Elm Rd Apt 3", SAME}, {"2 Elm St № 3", "2 Elm St #3", SAME},
  {"2 Elm St Apt 3", "2 Elm St Apt 4", OTHER}, {"2 Elm St Apt 3", "2 Elm St", OTHER}, {"2 Elm St Fl 3", "2 Elm St Apt 3", OTHER}, {"2 Elm St Lot 5", "2 Elm St Apt 5", OTHER},
  {"2 Elm St Apt 1-1", "2 Elm St Apt 11", OTHER}, {"2 Elm St Apt 1 1", "2 Elm St Apt 11", OTHER}, {"2 Elm St Bldg 2 Apt 3", "2 Elm St Bldg 3 Apt 2", OTHER}, {"2 Elm St Bldg 2", "2 Elm St Apt 2", OTHER},
  {"2 Elm St Rear", "2 Elm St Front", OTHER}, {"2 Elm St Upper", "2 Elm St Lower", OTHER}, {"2 Elm St N", "2 Elm St Apt N", OTHER}, {"12 Lot St", "12 St Lot", OTHER}, {"12 Ocean Front", "12 Ocean", OTHER},
  {"2 Elm St Trlr 5", "2 Elm St Lot 5", OTHER}, {"2 Elm St 3A", "2 Elm St 3B", OTHER}, {"12 Bell Tower Ct", "12 Bell Ct", OTHER}, {"12 Key West Dr", "12 West Dr", OTHER}, {"12 Lake Side", "12 Lake", OTHER},
};

/* A home from a voter file, and the name of a street segment. */
static const pair streets[] = {
  {"77 COUNTY ROAD 12", "Co Rd 12", SAME}, {"77 STATE ROUTE 27", "State Rte 27", SAME}, {"77 AVENUE D", "Ave D", SAME}, {"77 O’CONNOR DR", "O'Connor Dr", SAME},
  {"77 EAST 100 NORTH", "E 100 N", SAME}, {"77 FT HILL RD", "Fort Hill Rd", SAME}, {"77 US HWY 20", "US Hwy 20", SAME}, {"77 SR 7", "State Rd 7", SAME}, {"77 FM 1960", "Farm-To-Market Rd 1960", SAME},
  {"77 COUNTY HIGHWAY 5", "Co Hwy 5", SAME}, {"77 TOWNSHIP ROAD 9", "Twp Rd 9", SAME}, {"77 MT AUBURN ST APT 4", "Mount Auburn St", SAME}, {"77 37 AVE", "37th Ave", SAME},
  {"77 N E 5 ST # 4", "NE 5th St", SAME}, {"77 ST JOHN ST", "Saint John St", SAME}, {"77 CALLE PENON", "Calle Peñón", SAME}, {"77 FIRST ST", "1st St", SAME}, {"77-1/2 ELM ST", "Elm St", SAME},
  {"77 CANAL PK # 109", "Canal Park", SAME}, {"77 I-35 FRONTAGE RD", "I- 35 Frontage Rd", SAME}, {"77 HWY 9 UNIT 4", "Highway 9", SAME}, {"77 RANCH RD 12", "Ranch Rd 12", SAME},
  {"77 E COUNTY ROAD 400 N", "E Co Rd 400 N", SAME}, {"77 MLK JR BLVD", "Martin Luther King Jr Blvd", SAME}, {"77 COUNTY ROAD B", "County Rd B", SAME}, {"77 PRIVATE ROAD 1234", "Private Rd 1234", SAME},
  {"77 1 MILE RD", "1 Mile Rd", SAME}, {"77 1ST AVE", "1st Ave", SAME}, {"77 REAR ST", "Rear St", SAME},
  {"77 COUNTY ROAD 12", "State Rd 12", OTHER}, {"77 NORTH ST", "N St", OTHER}, {"77 ELM ST", "Elm Ave", OTHER}, {"77 1 MILE RD", "Mile Rd", OTHER}, {"77 N ELM ST", "S Elm St", OTHER},
  {"77 AVENUE D", "D Ave", OTHER}, {"77 US 9", "State Rte 9", OTHER}, {"77 E 100 N", "E 100 S", OTHER}, {"77 39.2 RD", "392 Rd", OTHER},
};

static const parts_pair parts[] = {
  {"2 Elm St Apt B", NULL, "2 Elm St", "B", SAME}, {"21 Highway 9 Apt 4", NULL, "21 Highway 9", "4", SAME}, {"15 Broadway # 4", NULL, "15 Broadway", "4", SAME},
  {"15 VALENTINE ST #1", NULL, "15 VALENTINE ST #1", "1", SAME}, {"15 VALENTINE ST #11", NULL, "15 VALENTINE ST #1", "1", OTHER}, {"15 VALENTINE ST #1", NULL, "15 VALENTINE ST 1", "1", SAME},
  {"2 Elm St", "2", "Elm St", NULL, SAME}, {"2 N Elm St Apt 3", "2", "N Elm St", "3", SAME}, {"2 1/2 Elm St", "2 1/2", "Elm St", NULL, SAME}, {"2 1/2 Elm St", "2", "1/2 Elm St", NULL, SAME},
  {"2 Elm St", "2", "2 Elm St", NULL, SAME}, {"2 5th Ave", "2", "5th Ave", NULL, SAME}, {"2 2nd St", "2", "2nd St", NULL, SAME}, {"N6W23001 Elm Rd", "N6 W23001", "Elm Rd", NULL, SAME},
  {"57 1/2 Rasmussen Groves Apt F-101", "57 1/2", "RASMUSSEN GROVES", "F-101", SAME}, {"2 Elm St Bldg 4 Apt 3", NULL, "2 Elm St Bldg 4", "3", SAME}, {"2 Elm St Apt 3", NULL, "2 Elm St Apt 9", "3", SAME},
  {"2 Elm St Fl 2", NULL, "2 Elm St", "2nd Floor", SAME}, {"2 Elm St Rear", NULL, "2 Elm St", "Rear", SAME}, {"2 Elm St Bldg 4 Apt 3", NULL, "2 Elm St", "Bldg 4 Apt 3", SAME},
  {"2 Elm St", NULL, "2 Elm St", "c/o Smithson", SAME}, {"2 Elm St", NULL, "2 Elm St", "#", SAME}, {"2 Elm St", "0", "2 Elm St", NULL, SAME}, {"18D Main St", "18-D", "Main St", NULL, SAME},
  {"21 Highway 9", "21", "Highway", "9", OTHER}, {"2 Elm St Apt 3", "2", "Elm St", "4", OTHER}, {"12 1 Mile Rd", "12", "1 Mile Rd", NULL, SAME},
};
/* clang-format on */
