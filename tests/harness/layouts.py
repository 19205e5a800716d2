# SPDX-License-Identifier: GPL-3.0-or-later
"""Files as states publish them: their columns, and one invented person in each layout."""

import csv
import dataclasses
import io
import json

from harness import services

PROFILES = services.ROOT / "server" / "voters" / "profiles"


@dataclasses.dataclass
class Layout:
    """`columns`; `named`: the first line has their names; `between` and `quoting`: how cells are separated and
    quoted; `person`: the values of one person."""
    columns: list
    named: bool
    between: str
    quote: int
    person: dict

    def row(self, person):
        assert set(person) <= set(self.columns), set(person) - set(self.columns)
        return [person.get(name, "") for name in self.columns]

    def write(self, out, people):
        lines = csv.writer(out, delimiter=self.between, quoting=self.quote)
        if self.named:
            lines.writerow(self.columns)
        lines.writerows(self.row(person) for person in people)

    def file(self, *people):
        out = io.StringIO()
        self.write(out, people)
        return out.getvalue().encode()


def without_names(profile):
    """The columns of a profile for files without a header line."""
    return [column["name"] for column in json.loads((PROFILES / f"{profile}.json").read_text())["format"]["layout"]]


OHIO = ("SOS_VOTERID COUNTY_NUMBER COUNTY_ID LAST_NAME FIRST_NAME MIDDLE_NAME SUFFIX DATE_OF_BIRTH REGISTRATION_DATE VOTER_STATUS "
        "PARTY_AFFILIATION RESIDENTIAL_ADDRESS1 RESIDENTIAL_SECONDARY_ADDR RESIDENTIAL_CITY RESIDENTIAL_STATE RESIDENTIAL_ZIP "
        "RESIDENTIAL_ZIP_PLUS4 RESIDENTIAL_COUNTRY RESIDENTIAL_POSTALCODE MAILING_ADDRESS1 MAILING_SECONDARY_ADDRESS MAILING_CITY "
        "MAILING_STATE MAILING_ZIP MAILING_ZIP_PLUS4 MAILING_COUNTRY MAILING_POSTAL_CODE CAREER_CENTER CITY CITY_SCHOOL_DISTRICT "
        "COUNTY_COURT_DISTRICT CONGRESSIONAL_DISTRICT COURT_OF_APPEALS EDU_SERVICE_CENTER_DISTRICT EXEMPTED_VILL_SCHOOL_DISTRICT LIBRARY "
        "LOCAL_SCHOOL_DISTRICT MUNICIPAL_COURT_DISTRICT PRECINCT_NAME PRECINCT_CODE STATE_BOARD_OF_EDUCATION STATE_REPRESENTATIVE_DISTRICT "
        "STATE_SENATE_DISTRICT TOWNSHIP VILLAGE WARD PRIMARY-03/07/2000 GENERAL-11/07/2000 GENERAL-11/05/2024").split()
WASHINGTON = ("StateVoterID FName MName LName NameSuffix Birthyear Gender RegStNum RegStFrac RegStName RegStType RegUnitType RegStPreDirection "
              "RegStPostDirection RegStUnitNum RegCity RegState RegZipCode CountyCode PrecinctCode PrecinctPart LegislativeDistrict "
              "CongressionalDistrict Mail1 Mail2 Mail3 Mail4 MailCity MailZip MailState MailCountry Registrationdate LastVoted StatusCode").split()
COLORADO = ("VOTER_ID COUNTY_CODE COUNTY LAST_NAME FIRST_NAME MIDDLE_NAME NAME_SUFFIX VOTER_NAME STATUS_CODE PRECINCT_NAME ADDRESS_LIBRARY_ID "
            "HOUSE_NUM HOUSE_SUFFIX PRE_DIR STREET_NAME STREET_TYPE POST_DIR UNIT_TYPE UNIT_NUM ADDRESS_NON_STD RESIDENTIAL_ADDRESS "
            "RESIDENTIAL_CITY RESIDENTIAL_STATE RESIDENTIAL_ZIP_CODE RESIDENTIAL_ZIP_PLUS EFFECTIVE_DATE REGISTRATION_DATE STATUS STATUS_REASON "
            "BIRTH_YEAR GENDER PRECINCT SPLIT VOTER_STATUS_ID PARTY PREFERENCE PARTY_AFFILIATION_DATE PHONE_NUM MAIL_ADDR1 MAIL_ADDR2 MAIL_ADDR3 "
            "MAILING_CITY MAILING_STATE MAILING_ZIP_CODE MAILING_ZIP_PLUS MAILING_COUNTRY SPL_ID PERMANENT_MAIL_IN_VOTER CONGRESSIONAL "
            "STATE_SENATE STATE_HOUSE ID_REQUIRED").split()
UTAH = ["Voter ID", "Last Name", "First Name", "Middle Name", "Name Suffix", "Status", "Absentee", "UOCAVA", "Registration Date",
        "Original Registration Date", "Party", "Phone", "Mailing Address", "Mailing city, state", "Mailing Zip", "Country", "County", "Precinct",
        "House Number", "House Number Suffix", "Direction Prefix", "Street", "Direction Suffix", "Street Type", "Unit Type", "Unit Number",
        "City", "Zip", "Congressional District", "State Senate", "State House"] + [f"11/{day}/{year}" for year, day in (
            (1994, 8), (1996, 5), (1998, 3), (2000, 7), (2002, 5), (2004, 2), (2006, 7), (2008, 4), (2010, 2), (2012, 6), (2014, 4),
            (2016, 8), (2018, 6), (2020, 3), (2022, 8), (2024, 5))] + [f"6/{day}/{year}" for year, day in ((2016, 28), (2020, 30), (2024, 25))]
GEORGIA = ["County", "Voter Registration Number", "Status", "Status Reason", "Last Name", "First Name", "Middle Name", "Suffix", "Birth Year",
           "Residence Street Number", "Residence Pre Direction", "Residence Street Name", "Residence Street Type", "Residence Post Direction",
           "Residence Apt Unit Number", "Residence City", "Residence Zipcode", "County Precinct", "County Precinct Description",
           "Municipal Precinct", "Congressional District", "State Senate District", "State House District", "Registration Date", "Race", "Gender",
           "Last Modified Date", "Last Vote Date", "Mailing Street Number", "Mailing Street Name", "Mailing Apt Unit Number", "Mailing City",
           "Mailing State", "Mailing Zipcode", "Mailing Country"]
MICHIGAN = ("LAST_NAME FIRST_NAME MIDDLE_NAME NAME_SUFFIX YEAR_OF_BIRTH GENDER REGISTRATION_DATE STREET_NUMBER_PREFIX STREET_NUMBER "
            "STREET_NUMBER_SUFFIX DIRECTION_PREFIX STREET_NAME STREET_TYPE DIRECTION_SUFFIX EXTENSION CITY STATE ZIP_CODE "
            "MAILING_ADDRESS_LINE_ONE MAILING_ADDRESS_LINE_TWO VOTER_IDENTIFICATION_NUMBER COUNTY_CODE COUNTY_NAME JURISDICTION_CODE "
            "JURISDICTION_NAME PRECINCT WARD STATE_HOUSE_DISTRICT_CODE STATE_HOUSE_DISTRICT_NAME US_CONGRESS_DISTRICT_CODE "
            "IS_PERM_AV_BALLOT_VOTER VOTER_STATUS_TYPE_CODE UOCAVA_STATUS_CODE UOCAVA_STATUS_NAME").split()
TEXAS = ["County Code", "Precinct", "VUID", "Last Name", "First Name", "Middle Name", "Former Last Name", "Suffix", "Gender", "DOB",
         "Perm House Number", "Perm Designator", "Perm Directional Prefix", "Perm Street Name", "Perm Street Type", "Perm Directional Suffix",
         "Perm Unit Number", "Perm Unit Type", "Perm City", "Perm Zipcode", "Mailing Address 1", "Mailing Address 2", "Mailing City",
         "Mailing State", "Mailing Zipcode", "EDR", "Status Code", "Hispanic Surname Flag"]
VIRGINIA = ("IDENTIFICATION_NUMBER LAST_NAME FIRST_NAME MIDDLE_NAME SUFFIX HOUSE_NUMBER HOUSENUMBERSUFFIX STREET_NAME STREETTYPECODENAME DIRECTION "
            "POST_DIRECTION APT_NUM CITY STATE ZIP ADDRESS_LINE_1 LOCALITY_CODE LOCALITYNAME PRECINCT_CODE_VALUE PRECINCTNAME "
            "CONG_CODE_VALUE STSENATE_CODE_VALUE STHOUSE_CODE_VALUE GENDER DOB REGISTRATION_DATE EFFECTIVE_DATE MAILING_ADDRESS_LINE_1 "
            "MAILING_CITY MAILING_STATE MAILING_ZIP STATUS").split()

KANSAS = ("db_logid cde_registrant_status cde_name_title text_name_first text_name_middle text_name_last cde_name_suffix cde_gender text_registrant_id "
          "text_res_address_nbr text_res_address_nbr_suffix cde_street_dir_prefix text_street_name cde_street_type cde_street_dir_suffix cde_res_unit_type "
          "text_res_unit_nbr text_res_city cde_res_state text_res_zip5 text_res_zip4 text_res_carrier_rte ind_res_military text_mail_address1 "
          "text_mail_address2 text_mail_address3 text_mail_address4 text_mail_city cde_mail_state text_mail_zip5 text_mail_zip4 text_mail_carrier_rte "
          "ind_mail_military ind_mail_foreign desc_party precinct_text_name precinct_text_designation date_of_birth date_of_registration "
          "text_phone_area_code text_phone_exchange text_phone_last_four text_election_code_1 text_election_code_2 text_election_code_3 "
          "text_election_code_4 text_election_code_5 text_election_code_6 text_election_code_7 text_election_code_8 text_election_code_9 "
          "text_election_code_10 cde_party ind_qualified text_res_physical_address polling_place_text_name polling_place_text_address1 "
          "polling_place_text_city polling_place_cde_state polling_place_text_zip5 district_cc district_cg district_jd district_kr district_ks "
          "district_sb district_pt district_sd").split()
ARIZONA = ["Registrant ID", "Registration Date", "Effective Date of Change", "DOB", "Last Name", "First Name", "Middle Name", "Suffix", "Status", "Status Reason",
           "County", "House Number", "Street Prefix", "Street Name", "Street Type", "Street Suffix", "Unit Type", "Unit Number", "Residence Address",
           "Residence City", "Residence State", "Residence Zip", "Mailing Address", "Mailing Address 2", "Mailing City", "Mailing State", "Mailing Zip",
           "Mailing Country", "Party", "PEVL", "Phone", "Occupation", "Precinct Part", "Congressional", "Board of Supervisors", "Legislative", "Municipal",
           "Precinct", "VRAZ Voter ID"]
WISCONSIN = ["Voter Reg Number", "LastName", "FirstName", "MiddleName", "Suffix", "PhoneNumber", "EmailAddress", "Address1", "Address2", "MailingAddress1",
             "MailingAddress2", "MailingCityStateZip", "HouseNumber", "StreetName", "UnitType", "UnitNumber", "ZipCode", "Jurisdiction", "DistrictCombo", "Ward",
             "Congressional", "State Senate", "State Assembly", "Court of Appeals", "Multi-Jurisdictional Judge", "County", "County Supervisory", "Municipality",
             "Aldermanic", "School", "High School", "Sanitary", "Technical College", "Representational School", "State", "District Attorney", "Circuit Court",
             "First Class School", "Incorporation", "Voter Status", "Voter Status Reason", "ApplicationDate", "ApplicationSource", "IsPermanentAbsentee",
             "Voter Type", "November2024", "August2024", "April2024"]

# The layouts, by the name of the profile that reads them.
LAYOUTS = {
    "oh": Layout(OHIO, True, ",", csv.QUOTE_MINIMAL, {
        "SOS_VOTERID": "OH0012345678", "COUNTY_NUMBER": "01", "LAST_NAME": "ABLE", "FIRST_NAME": "ANN", "DATE_OF_BIRTH": "1980-05-31",
        "VOTER_STATUS": "CONFIRMATION", "PARTY_AFFILIATION": "D", "RESIDENTIAL_ADDRESS1": "12 N MAIN ST", "RESIDENTIAL_SECONDARY_ADDR": "APT 3B",
        "RESIDENTIAL_CITY": "PEEBLES", "RESIDENTIAL_ZIP": "45660", "CITY": "CINCINNATI CITY", "PRECINCT_CODE": "01AAA", "GENERAL-11/07/2000": "X"}),
    "wa": Layout(WASHINGTON, True, "|", csv.QUOTE_MINIMAL, {
        "StateVoterID": "W1", "FName": "Ann", "LName": "Able", "Birthyear": "1980", "RegStNum": "4", "RegStFrac": "1/2", "RegStName": "CANAL",
        "RegStType": "PL", "RegUnitType": "#", "RegStPreDirection": "NE", "RegStUnitNum": "109", "RegCity": "Seattle", "RegState": "WA", "RegZipCode": "98101",
        "CountyCode": "KI", "PrecinctCode": "12", "LastVoted": "11/05/2024", "StatusCode": "Active"}),
    "co": Layout(COLORADO, True, ",", csv.QUOTE_ALL, {
        "VOTER_ID": "6000", "COUNTY": "Denver", "LAST_NAME": "ABLE", "FIRST_NAME": "ANN", "HOUSE_NUM": "351", "PRE_DIR": "N", "STREET_NAME": "SUTHERLAND",
        "STREET_TYPE": "ST", "UNIT_TYPE": "APT", "UNIT_NUM": "4", "RESIDENTIAL_ADDRESS": "351 N SUTHERLAND ST APT 4", "RESIDENTIAL_CITY": "DENVER",
        "RESIDENTIAL_ZIP_CODE": "80202", "STATUS": "Active", "BIRTH_YEAR": "1980", "PARTY": "UAF", "PHONE_NUM": "303-555-0101", "CONGRESSIONAL": "1",
        "STATE_SENATE": "31", "STATE_HOUSE": "8"}),
    "pa": Layout(without_names("pa"), False, "\t", csv.QUOTE_ALL, {
        "id_number": "001234567-67", "last_name": "ABLE", "first_name": "ANN", "date_of_birth": "05/31/1980", "voter_status": "A", "party_code": "R",
        "house_number": "57", "house_number_suffix": "A", "street_name": "ELM ST", "apartment_number": "2", "city": "YORK", "state": "PA", "zip": "17401",
        "last_vote_date": "11/05/2024", "precinct_code": "0123", "home_phone": "7175550101", "county": "YORK"}),
    "ut": Layout(UTAH, True, ",", csv.QUOTE_MINIMAL, {
        "Voter ID": "7", "Last Name": "Able", "First Name": "Ann", "Status": "Active", "Party": "Unaffiliated", "House Number": "120", "Direction Prefix": "S",
        "Street": "Main", "Street Type": "ST", "Unit Number": "F-101", "City": "Provo", "Zip": "84601", "Registration Date": "1/2/2010",
        "11/8/1994": "11/8/1994", "6/25/2024": "B"}),
    "ny": Layout(without_names("ny"), False, ",", csv.QUOTE_ALL, {
        "lastname": "ABLE", "firstname": "ANN", "raddnumber": "537", "rhalfcode": "1/2", "rpredirection": "W", "rstreetname": "26 STREET",
        "rapartmenttype": "APT", "rapartment": "4C", "rcity": "NEW YORK", "rzip5": "10001", "dob": "19800531", "gender": "F", "enrollment": "DEM",
        "countycode": "31", "ed": "012", "ad": "75", "regdate": "20100102", "status": "AM", "sboeid": "NY000000000000000001",
        "voterhistory": "2024 General Election;20240625 PE"}),
    "ga": Layout(GEORGIA, True, ",", csv.QUOTE_MINIMAL, {
        "County": "FULTON", "Voter Registration Number": "00012345", "Status": "Active", "Last Name": "ABLE", "First Name": "ANN", "Birth Year": "1980",
        "Residence Street Number": "12", "Residence Street Name": "PEACHTREE", "Residence Street Type": "ST", "Residence Post Direction": "NE",
        "Residence Apt Unit Number": "7", "Residence City": "ATLANTA", "Residence Zipcode": "30308", "County Precinct": "02A", "Last Vote Date": "11/05/2024"}),
    "mi": Layout(MICHIGAN, True, ",", csv.QUOTE_MINIMAL, {
        "LAST_NAME": "ABLE", "FIRST_NAME": "ANN", "YEAR_OF_BIRTH": "1980", "STREET_NUMBER": "8588", "STREET_NAME": "DYER", "STREET_TYPE": "AVE",
        "EXTENSION": "APT 2", "CITY": "DETROIT", "STATE": "MI", "ZIP_CODE": "48201", "VOTER_IDENTIFICATION_NUMBER": "100001", "COUNTY_NAME": "WAYNE",
        "PRECINCT": "12", "VOTER_STATUS_TYPE_CODE": "A"}),
    "tx": Layout(TEXAS, True, ",", csv.QUOTE_MINIMAL, {
        "County Code": "227", "Precinct": "101", "VUID": "1000000001", "Last Name": "ABLE", "First Name": "ANN", "DOB": "19800531", "Perm House Number": "700",
        "Perm Street Name": "CONGRESS", "Perm Street Type": "AVE", "Perm Unit Number": "12", "Perm Unit Type": "STE", "Perm City": "AUSTIN",
        "Perm Zipcode": "78701", "EDR": "20100102", "Status Code": "S"}),
    "va": Layout(VIRGINIA, True, ",", csv.QUOTE_MINIMAL, {
        "IDENTIFICATION_NUMBER": "900000001", "LAST_NAME": "ABLE", "FIRST_NAME": "ANN", "HOUSE_NUMBER": "12", "STREET_NAME": "BROAD", "STREETTYPECODENAME": "ST",
        "DIRECTION": "E", "APT_NUM": "5", "CITY": "RICHMOND", "STATE": "VA", "ZIP": "23219", "ADDRESS_LINE_1": "12 E BROAD ST", "LOCALITYNAME": "RICHMOND CITY",
        "PRECINCT_CODE_VALUE": "101", "GENDER": "F", "DOB": "5/31/1980", "STATUS": "Active"}),
    "ks": Layout(KANSAS, True, ",", csv.QUOTE_MINIMAL, {
        "db_logid": "Riley", "cde_registrant_status": "A", "text_name_first": "ANN", "text_name_last": "ABLE", "cde_gender": "F", "text_registrant_id": "3100001",
        "text_res_address_nbr": "12", "cde_street_dir_prefix": "N", "text_street_name": "MANHATTAN", "cde_street_type": "AVE", "cde_res_unit_type": "APT",
        "text_res_unit_nbr": "4", "text_res_city": "MANHATTAN", "cde_res_state": "KS", "text_res_zip5": "66502", "desc_party": "Democratic",
        "precinct_text_name": "W01P01", "date_of_birth": "05/31/1980", "date_of_registration": "01/02/2010", "text_phone_area_code": "785",
        "text_phone_exchange": "555", "text_phone_last_four": "0101", "text_election_code_1": "GN2024", "district_cg": "1", "district_kr": "066", "district_ks": "22"}),
    "az": Layout(ARIZONA, True, ",", csv.QUOTE_MINIMAL, {
        "Registrant ID": "500001", "Registration Date": "2010-01-02 00:00:00", "DOB": "1980", "Last Name": "ABLE", "First Name": "ANN", "Status": "Active",
        "County": "Pima", "House Number": "120", "Street Prefix": "E", "Street Name": "BROADWAY", "Street Type": "BLVD", "Unit Type": "APT", "Unit Number": "7",
        "Residence Address": "120 E BROADWAY BLVD APT 7", "Residence City": "TUCSON", "Residence State": "AZ", "Residence Zip": "85701", "Party": "PND",
        "PEVL": "Yes", "Phone": "520-555-0101", "Occupation": "NURSE", "Precinct Part": "0012.01", "Congressional": "7", "Legislative": "20", "Precinct": "0012",
        "Municipal": "TUCSON", "Board of Supervisors": "5"}),
    "wi": Layout(WISCONSIN, True, ",", csv.QUOTE_MINIMAL, {
        "Voter Reg Number": "700000001", "LastName": "Able", "FirstName": "Ann", "PhoneNumber": "(608) 555-0101", "EmailAddress": "ann@example.org",
        "Address1": "12 N Carroll St Unit 5", "HouseNumber": "12", "StreetName": "N Carroll St", "UnitType": "Unit", "UnitNumber": "5",
        "ZipCode": "53703", "Jurisdiction": "CITY OF MADISON - DANE COUNTY", "Ward": "Ward 50", "Congressional": "2", "State Senate": "26", "State Assembly": "76",
        "County": "DANE COUNTY", "Municipality": "CITY OF MADISON", "Voter Status": "Active", "Voter Status Reason": "Registered", "ApplicationDate": "1/2/2010",
        "Voter Type": "Regular", "November2024": "At Polls"}),
}
