# SPDX-License-Identifier: GPL-3.0-or-later
"""Lists of names for the town. Common names stand beside difficult ones, since real files contain both."""

FIRST = """
Aaliyah Aaron Abigail Adam Adrian Ahmed Aiko Alan Alejandra Alex Alice Alicia Amanda Amara Amir Amy Ana
Andre Andrea Andrew Angela Anna Anthony Antonio April Arjun Arthur Ashley Audrey Barbara Beatriz Benjamin
Bernice Beth Bill Bonnie Brandon Brenda Brian Bruce Bryan Camila Carl Carla Carlos Carmen Carol Caroline
Catherine Charles Cheryl Chloe Christian Christine Christopher Cindy Claire Clara Colin Connor Craig Crystal
Cynthia Daniel Danielle Darnell David Dawn Deborah Denise Dennis Derek Destiny Diana Diego Dolores Dominic
Donald Donna Dorothy Douglas Duc Dwayne Dylan Earl Edith Eduardo Edward Eileen Elena Eli Elijah Elizabeth
Ella Emily Emma Eric Erin Esther Ethan Eva Evelyn Fatima Felix Florence Frances Francisco Frank Fred Gabriel
Gary George Gerald Gina Giovanni Gloria Grace Greg Guadalupe Hannah Harold Harriet Hassan Heather Helen Henry
Hiroshi Holly Howard Hugo Ian Ibrahim Imani Ines Irene Isaac Isabella Ivan Jack Jacob Jada Jamal James Jamie
Jane Janet Jasmine Jason Javier Jeffrey Jennifer Jeremy Jerome Jessica Jesus Jin Joan Joe John Jonathan Jordan
Jorge Jose Joseph Joshua Joyce Juan Juanita Judith Julia Julian Justin Kamala Karen Katherine Kayla Keisha
Keith Kelly Kenneth Kevin Khadija Kim Kofi Kristen Kwame Kyle Lakshmi Larry Latoya Laura Lauren Lawrence Leah
Lena Leo Leslie Lillian Linda Lisa Liu Lorraine Louis Lucas Lucia Lucy Luis Luz Lydia Madison Mai Malik Marcus
Margaret Maria Marie Mario Mark Martha Martin Mary Matthew Maya Megan Mei Melissa Michael Michelle Miguel
Mildred Min Mohammed Monica Nancy Naomi Natalie Nathan Nia Nicholas Nicole Nina Noah Nora Norma Olga Oliver
Olivia Omar Oscar Pamela Patricia Patrick Paul Paula Pedro Peter Philip Phyllis Priya Rachel Rafael Ralph
Ramon Raymond Rebecca Rhonda Ricardo Richard Rita Robert Rodney Roger Ronald Rosa Rose Roy Ruby Russell Ruth
Ryan Samantha Samuel Sandra Sara Sarah Scott Sean Sergio Shanice Sharon Shawn Sheila Shirley Sofia Sophia
Stephanie Stephen Steven Sunita Susan Sylvia Tamika Tanya Teresa Terry Theresa Thomas Tiffany Timothy Todd
Tomas Tracy Travis Tyler Tyrone Valerie Vanessa Veronica Victor Victoria Vincent Virginia Walter Wanda Wayne
Wei Wendy William Xavier Yolanda Yuki Yusuf Zachary Zainab Zoe
""".split()

LAST = """
Abbott Abdi Adams Adeyemi Aguilar Ahmed Alexander Ali Allen Alvarez Anderson Andrews Armstrong Arnold Bailey
Baker Banerjee Banks Barnes Bauer Beaulieu Begum Bell Bennett Berg Bianchi Bishop Black Blanchard Boateng Boyd
Bradley Brooks Brown Bryant Burke Burns Butler Campbell Carroll Carter Castillo Chan Chang Chapman Chavez Chen
Chowdhury Clark Cohen Cole Coleman Collins Cook Cooper Cox Crawford Cruz Cunningham Daniels Das Davis Delgado
Diallo Diaz Dixon Duncan Dunn Edwards Eisenberg Elliott Ellis Evans Feldman Ferguson Fernandez Fisher Fitzgerald
Flores Ford Foster Fox Franklin Freeman Garcia Gardner Gibson Goldberg Gomez Gonzalez Gordon Graham Grant Gray
Green Greene Griffin Gupta Gutierrez Hall Hamilton Hansen Harris Harrison Hart Hassan Hayes Henderson Henry
Hernandez Herrera Hicks Hill Hoang Holmes Howard Huang Hudson Hughes Hunt Hunter Hussein Jackson Jacobs James
Jenkins Jensen Jimenez Johnson Jones Jordan Joseph Kaplan Kelly Kennedy Khan Kim King Knight Kowalski Kumar
Lambert Larson Lawrence Lawson Le Lee Lewis Li Lin Liu Long Lopez Lynch Mahoney Marshall Martin Martinez Mason
Matthews McCarthy McDonald Medina Mendoza Mensah Meyer Miller Mills Mitchell Mohamed Molina Montgomery Moore
Morales Moreno Morgan Morris Moses Murphy Murray Myers Nakamura Nelson Newman Ng Nguyen Nichols Novak Nunez
Obi Ocampo Okafor Oliver Olson Ortega Ortiz Owens Palmer Park Parker Patel Patterson Payne Perez Perkins Perry
Peters Peterson Petrov Pham Phillips Pierce Porter Powell Price Quinn Ramirez Ramos Ray Reed Reid Reyes
Reynolds Rice Richardson Rivera Roberts Robertson Robinson Rodriguez Rogers Romano Rosario Rose Ross Rossi Ruiz
Russell Ryan Salazar Sanchez Sanders Santiago Santos Sato Schmidt Schneider Schwartz Scott Shah Shapiro Sharma
Shaw Silva Simmons Simpson Singh Smith Snyder Soto Spencer Stein Stephens Stevens Stewart Stone Sullivan Suzuki
Tanaka Taylor Thomas Thompson Torres Tran Tucker Turner Valdez Vargas Vasquez Vega Wagner Walker Wallace Walsh
Wang Ward Washington Watkins Watson Weaver Webb Weber Weiss Wells West White Williams Willis Wilson Wood Woods
Wright Wu Yamamoto Yang Young Zhang Zhao Zimmerman
""".split()

# Names that break programs: particles, apostrophes of both kinds, several scripts, one letter, very
# long, composed and decomposed accents, and surnames that look like keywords.
HARD_FIRST = [
    "Zoë", "José María", "Siobhán", "D’Andre", "La'Keisha", "Mary-Kate", "Nguyễn Ánh", "Łucja", "Björn",
    "Øystein", "Çağla", "François", "Xóchitl", "Ḥasan", "Ng", "Jo", "O", "Tʼáá", "Þórdís", "Søren", "Anaïs",
    "小明", "りょう", "민준", "Ольга", "Ελένη", "محمد", "שרה", "Kaʻiulani", "Jose\u0301",
]
HARD_LAST = [
    "O'Brien", "O’Sullivan-Núñez", "van der Berg", "de la Cruz y Ortega", "al-Rashīd", "St. John", "Mc Donald",
    "MacIntyre", "Nuñez", "Müller", "Łukasiewicz", "Øvergård", "Þórarinsdóttir", "Șerban", "Dvořák", "Ionescu",
    "D'Angelo", "Null", "None", "True", "Test", "N/A'Dour", "X", "Ó Súilleabháin", "Nguyễn", "Trần Lê",
    "Keihanaikukauakahihuliheekahaunaele", "Wolfeschlegelsteinhausenbergerdorff", "Smith Jones", "ter Haar",
    "王", "田中", "김", "Иванова", "Παπαδοπούλου", "الحسن", "כהן", "Gue\u0301vara", "‘Akau", "Bâ",
]
SUFFIXES = ["Jr.", "Sr.", "II", "III", "IV"]

STREET = """
Maple Oak Pine Cedar Elm Walnut Chestnut Willow Birch Spruce Hickory Sycamore Magnolia Linden Hawthorn Juniper
Washington Lincoln Jefferson Madison Monroe Jackson Franklin Adams Grant Douglass Tubman Parks Chavez King
Church School Mill Bridge Market Canal Ferry Depot Foundry Tannery Brickyard Quarry Orchard Meadow Spring Lake
River Harbor Prospect Highland Hillcrest Summit Valley Ridge Sunset Park Garden Pleasant Union Liberty Commerce
Whitfield Pemberton Ashby Harlow Kendrick Langley Mercer Norwood Osgood Putnam Quincy Rowland Sherwood Thornton
Underhill Vassar Winslow Yarrow Alder Beacon Colby Dexter Everett Fairmount Granite Holyoke Ivory Joy Kirkland
""".split()
STREET_KIND = ["Street", "Avenue", "Road", "Lane", "Court", "Place", "Terrace", "Way", "Drive", "Boulevard"]
STREET_HARD = [
    "Avenue of the Americas", "O'Connell Street", "Martin Luther King Jr. Boulevard", "Rue St-Étienne",
    "The Alameda", "Broadway", "Avenue A", "1st Street", "22nd Street North", "County Road 12½",
    "San José Avenue", "Old Route 9W",
]

LANGUAGES = ["en"] * 82 + ["es"] * 10 + ["zh", "vi", "pt", "ht", "ar", "ko", "ru", "fr"]
PARTIES = ["D"] * 36 + ["R"] * 27 + ["U"] * 32 + ["G", "L", "", "", ""]
