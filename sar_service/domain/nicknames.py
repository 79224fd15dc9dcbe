"""Short, long and differently spelt forms of given names met in UK records.

Three tables, written for this project: short forms of a name, spellings of one name, and given names known
to be names in their own right (so that two of them, however alike, are two people). What to do with a form
is decided in `domain/matching.py` (is this record that person?) and `documents/names.py` (where is that
person mentioned?).
"""

import unicodedata
from functools import lru_cache

# A full name, then the short and pet forms it goes by; entries end with a semicolon. A short form may
# belong to several full names.
_SHORT = """
aaron: ron ronnie az; abdullah: abdul abdullahi abs dulla; abdulrahman: abdul abdi rahman; abiodun: abi
biodun; abigail: abi abby abbie gail abs; abimbola: bimbo bimbola abi bola; abioye: abi; ibrahim: ibby
ibra ibs brahim; adam: ad addy; adaeze: ada adaobi; adebayo: ade bayo debayo; adebola: ade bola debola;
adekunle: ade kunle; adeola: ade ola deola; adewale: ade wale; adrian: ade adi aidy; agnieszka: aga
agusia; agnes: aggie nessa; ahmed: ahm ahmo meddy; aidan: aid aidy; aisha: aish ash shay; aleksander: alek
olek sasha alex; aleksandra: ola olka sasha alex; alan: al; albert: al bert bertie albie; alejandro: alex
ale jandro; alexander: al alec alex alexis lex sandy sasha xander zander alasdair ally eck; alexandra:
alex alexa alexia lexi lexie sandra sandie sandy sasha ali; alexandru: alex sandu; alfred: alf alfie fred
freddie; ali: al; alice: ali allie; alison: ali ally allie; amanda: mandy manda; amandeep: aman deep;
amelia: millie milly mia amy ami mel; amarjit: amar; ambrose: amby; amina: ami mina; anastasia: ana stacey
stacy tasia nastya; andrei: andy; andrew: andy drew dru; andrzej: andy jedrek; angela: ange angie; aniela:
ania; anna: annie ania anya anka hania nan; anne: annie nan nancy; annabel: anna annie bel belle bella;
annette: annie nettie; anthony: ant tony toni; antonia: toni tonia; antoni: antek tony; archibald: archie
baldie; arthur: art artie; asif: ash; ashok: ash; ashleigh: ash; ashley: ash; augustine: gus gussie
austin; ayodele: ayo dele; ayomide: ayo mide; babatunde: tunde baba; balwinder: bal winder; barbara: babs
barb barbie basia; bartosz: bartek bart; bartholomew: bart; beatrice: bea bee beattie trixie; beata:
beatka; benedict: ben benny; benjamin: ben benji benny benjy; bernadette: bernie detta; bernard: bernie;
bethany: beth bethan; blessing: bless; boguslaw: bogdan bogus; boleslaw: bolek; bradley: brad; brendan:
bren; brian: bri; bridget: biddy bridie bridge bid delia; brigid: biddy bridie breda bid; callum: cal
cally; cameron: cam cammy; caroline: caz carol carrie caro lina; carolyn: caz carol lyn; cassandra: cass
cassie sandra; catherine: cat cath cathy cathie kate katie kathy kitty cait trina; caitlin: cait caity;
cecilia: cissie celia cece; charles: charlie chas chaz chuck charley; charlotte: charlie char lottie lotty
chaz charl; chelsea: chels; chiamaka: amaka; chibuzo: chibu buzo; chidi: chi; chidinma: chidi dinma;
chidiebere: chidi ebere; chinedu: nedu edu chi; chinonso: nonso; chinyere: chichi; chioma: chi chichi;
chloe: chlo clo; christina: chris chrissie tina christie; christine: chris chrissie tina; christopher:
chris kit topher christy; chukwuemeka: emeka chuks; ciaran: ciar kier; claire: clairey; clifford: cliff;
clive: clivey; colette: col; colin: col; constance: connie con; cornelius: con conor neil; courtney:
court; craig: craigy; cristian: cris cristi; cynthia: cindy; daniel: dan danny dani; danielle: dani danni
dan elle; danuta: danka; daniela: dani; darius: daz; dariusz: darek; darren: daz dazza; david: dave davey
davie dai taffy; deborah: deb debs debbie debby; declan: dec deccy; deirdre: dee didi; denise: den neesy;
dennis: den denny; derek: del; desmond: des dessie; dimitri: dima mitya; dmytro: dima mitya dmitri;
dominic: dom nic; dominik: domin; donald: don donnie; donal: don donie; dorothy: dot dottie dolly dotty
thea; douglas: doug dougie; duncan: dunc; dylan: dyl; eamonn: eam ned; ebenezer: eben ebo; edward: ed
eddie eddy ned ted teddy; edmund: ed eddie ned ted; edwin: ed eddie; efosa: osa; egbert: bert; eileen: ei
leeny; eilidh: ei; elaine: lainey; eleanor: ellie elly nell nellie nora ella lena; elena: ellie lena;
elizabeth: bess bessie bet beth betsy betty buffy eliza elle ellie libby lilibet lisa liz liza lizzie
lizzy elsie; elzbieta: ela elka; ellen: ellie nell nellie; emily: em emmy millie milly emmie; emilia: emi
mila millie; emma: em emmy ems; emmanuel: manny manu emma eman; enrique: quique ricky; eric: rick ricky;
ernest: ernie ern; esther: essie hettie; ethan: eth; eugene: gene; euan: ewan; eva: evie; evelyn: eve evie
lyn; ewa: ewka; ezekiel: zeke; fabian: fabs; faisal: fais; fatima: fati fatou fatma; fatoumata: fatou
fanta; felicity: fliss flick flic; ferdinand: ferdi ferdy; fergus: fergie gus; finlay: fin finn; fiona: fi
fifi; florence: flo florrie flossie; folasade: sade fola shade; frances: fran franny frankie francie fanny
cissie; francis: frank frankie fran; francesca: fran frankie chess cesca chessie; francisco: paco pancho
fran; franciszek: franek franio; frederick: fred freddie freddy; gabriel: gabe gabi; gabriela: gabi gaby;
gabrielle: gabby gabi elle; gareth: gaz gary; gary: gaz gazza; gavin: gav; gemma: gem gems; geoffrey:
geoff; george: geordie georgie; georgia: georgie gee; georgina: georgie gina; gerald: gerry ged;
geraldine: ger gerry deena; gerard: ged gerry ger; gheorghe: george ghita gigi; gillian: gill gilly jill;
giovanni: gianni vanni gio; giuseppe: beppe pino; glenda: glen; gordon: gordie; graham: gray; gregory:
greg gregor; grzegorz: grzes greg; gurpreet: gurp preet gopi; gurdeep: gur deep; gwendolen: gwen;
gwenllian: gwen gwenno llio; habiba: bibi habi; hamza: hamzy; hannah: han; harjit: harj jit; harpreet:
harp preet harps; harold: harry hal; harriet: hattie harry hatty; harrison: harry; harvinder: harv vinder;
hassan: has hass; haydn: hay; heather: heth; helen: nell nellie nel lena ellen; henry: harry hal hank;
henrietta: etta hattie hettie; herbert: bert herb herbie; holly: hols; hugh: hughie shug; hussain: huss
hus; iain: iany; ifeanyi: ify ifeany; ifeoma: ify ify; ignatius: iggy; ikechukwu: ike iyke; ikram: iki;
imran: immy imi; indira: indi; inderjit: inder indy; ioana: oana; ion: ionut ionel nelu; ireneusz: irek;
isaac: zac ike izzy; isabel: bel bella belle izzy izzie ibby isa tibbie; isabella: bella izzy izzie issy
belle; ivan: vanya; iwona: iwonka; izabela: iza; jack: jacky jackie; jacob: jake jay cob; jacqueline:
jackie jacqui jacky; jadwiga: jadzia; jagdeep: jag jags deep; jakub: kuba jakob; james: jim jimmy jamie
jem jay jimbo seamus; jamal: jam; jan: janek jasiek jas; janet: jan jenny jess; janice: jan; janusz:
janek; jaroslaw: jarek; jasmine: jas jazz jaz; jaswinder: jas jassy winder jaz; jaspreet: jas jaz preet;
jason: jay jase; javed: jav; jean: jeannie; jeffrey: jeff; jemima: jem mima; jennifer: jen jenna jenni
jennie jenny; jeremiah: jerry jem miah jer; jeremy: jem jerry jez; jerzy: jurek; jessica: jess jessie
jessy; joan: joanie siobhan; joanna: jo joanie asia joasia; joanne: jo joey; jolanta: jola; john: jack
jackie jock johnnie johnny sean; johnson: johnny; jonathan: jon jonny jonty jonnie nathan; jordan: jord
jordy; jorge: george; jose: pepe zeca; joseph: joe joey jody jojo jos josie; josephine: jo josie josey
fifi jojo; joshua: josh joss; jozef: jozek joe; joyce: joy; julia: jules julie; julian: jules; julie:
jules; juliet: jules julie; justin: jus; justyna: justynka; kareem: kaz; karen: kaz; karina: kari; karol:
karolek; karolina: karo lina; kate: katie kat; katarzyna: kasia kaska kate kat; katherine: kat kate kath
kathy katie katy kay kit kitty kathie; kathleen: kath kathy kay kate kit kitty kathie; kayleigh: kay
kayls; kazimierz: kazik kaz; kehinde: kenny kehny; keith: keithy; kelechi: kele kc; kelly: kel kells;
kenneth: ken kenny; kevin: kev; khadija: khadi dija; khalid: khal; kieran: kier; kimberley: kim kimmy
kimmie; kirsty: kirst; krishnan: krish; kristina: kris tina; krystyna: krysia; krzysztof: krzys krzysiek
chris kris; kulwinder: kul winder; kuldeep: kul deep; kwabena: kobby; kwadwo: kojo; kwame: kwam; kyle: ky;
lauren: loz laurie; laura: laurie lola; lawrence: larry laurie lol loz; leanne: lee annie; leonard: len
lenny leo; leszek: lech; lesley: les; leslie: les; lewis: lew lewie; liam: lee; lilian: lil lily lilly;
linda: lin lindy lyn; lindsay: lin lindz; lizaveta: liza; lorraine: lori lorrie raine rainey; louisa: lou
lulu; louise: lou lulu lulie; lucas: luke luca; lucinda: cindy lucy; lucy: lu luce; lukasz: luk lukas luki
luke; luke: lukey; lydia: liddy; lyudmila: luda mila lyuda; maciej: maciek; madeleine: maddie maddy;
madison: maddie maddy; magdalena: magda lena; mahmoud: mood hamoudi; maisie: mais; malcolm: mal malky;
malgorzata: gosia malgosia gosha; manjit: manj; manpreet: mani preet manny; marcin: marcinek; marcus: marc
mark; marek: maro; margaret: mags maggie maggy madge marge margie meg megan meggie peg peggy rita maisie
greta daisy; maria: mia mari marysia masha ria mimi; mariam: mari; marian: mari; mark: marky; martha:
marty mattie; martin: marty mart; mary: may molly polly mamie maisie moll maura; mateusz: matt mati;
matilda: tilly tilda mattie matty; matthew: matt mat matty; maureen: mo reenie; maurice: mo maury moss;
maximilian: max; maxwell: max; megan: meg meggie megs; melanie: mel melly; melissa: mel missy lissa;
mercedes: mercy; michael: mick micky mike mikey mickey mitch mich micheal; michal: misiek; micheal: mick
mike; michelle: shell shelly mich chelle; mihai: misu mihaita; mikolaj: miki mikolajek; mildred: millie
milly; miroslaw: mirek; mohammed: mo moe moh mohd md mohamad mozza hammad; mohinder: mohi; mohsin: moh;
monica: mon; morag: mo; muhammad: mo moe moh mohd md; muriel: mu; mustafa: mus musty mo stafa; mykola: kolya
kola; mykhailo: misha; myroslava: myra slava; nadeem: nad nads; nadia: nads; nancy: nan; naomi: nay nomi;
narinder: nari; natalia: nat natasha talia; natalie: nat nattie; natasha: tash nat tasha; nathan: nate
nath; nathaniel: nat nate nathan; navdeep: nav deep; ngozi: ngo; niamh: neevie nee; nicholas: nick nicky
nico nicko klaus; nicola: nic nicky nicki nikki; nicole: nic nicky nikki; nigel: nige; nikolai: kolya
nick; norah: nonie; nnamdi: namdi; oladipo: dipo; olamide: ola mide lami; olanrewaju: lanre; oleksandr:
sasha sashko alex; oleksandra: sasha lesya; olena: lena; oliver: ol oli ollie olly; olivia: liv livvy
livia ollie olly; olufemi: femi olu; olumide: olu mide; oluwadamilola: dami damilola; oluwafemi: femi;
oluwaseun: seun olu; oluwaseyi: seyi; oluwatobi: tobi; oluwatobiloba: tobi; oluwatosin: tosin; oluwakemi:
kemi; olusegun: segun; omolara: lara; onyekachi: kachi onye; opeyemi: ope yemi; osman: ozzy oz; oscar:
ozzie oz oskie; owen: owie; oyinkansola: oyin; padraig: paddy podge; pamela: pam pammy; paraskeva: paula;
parminder: parm minder; parveen: pav; patricia: pat patsy patti patty tricia trish paddy; patrick: pat
paddy patsy packie rick podge; patryk: patryczek; pauline: paul polly; pavlo: pasha pavlik; pawel: pawelek
paul; penelope: pen penny; peter: pete petey; petru: petre petrica; philip: phil pip; philippa: pip pippa
phil pippy; phyllis: phyl phil; piotr: piotrek piotrus peter; pradeep: prad deep; priscilla: cilla prissy;
priyanka: priya pri; przemyslaw: przemek; quentin: quent; rabia: rab; rachel: rach rachie rae; radoslaw:
radek; rafael: rafa rafi; rafal: rafi; rajesh: raj; rajinder: raj; ramesh: ram; ranjit: ran jit; rashid:
rash; raymond: ray; reagan: rea; rebecca: becca becci becky bec becks reba; reginald: reg reggie rex;
rhiannon: rhi; richard: dick rich richie rick rickie ricky dickie; ritchie: rich; robert: rob bob bobby
robbie robby bert bobbie rab rabbie; roberta: bobbie robbie; roderick: rod roddy rory; rodney: rod; roger:
rog; roisin: ro rosie; ronald: ron ronnie; rory: ro; rosalind: ros roz; rosaleen: rosie ros; rosemary:
rose rosie romy; rosie: rose; roxana: roxy rox; roxanne: roxy rox; ruairi: ru; rupert: rupe; russell:
russ; ryszard: rysiek rychu; sabina: bina; sabrina: bri brina; saeed: sid; salma: sal; samantha: sam sammy
sammie; samina: sami mina; samir: sam sami; samson: sam; samuel: sam sammy; sanjay: sanj san; sandra:
sandy sand; sarah: sal sally sadie saz; satnam: sat; satwinder: sat winder; savannah: sav savvy;
sebastian: seb bastian baz; serhiy: sergey serge seryozha; shabana: shab shabs; shannon: shan shaz;
sharon: shaz shazza shar; shahid: sha; shaun: shauny; sheila: shee; shirley: shirl; sidney: sid; silvia:
sil; simon: si; siobhan: shiv shivy; sinead: shinny; slawomir: slawek; solomon: sol solly; sophia: soph
sophie sofi; sophie: soph; sorin: sorinel; stanislaw: staszek stan stas stach; stanley: stan; stefan: stef
stevie; stephanie: steph stef steff stevie; stephen: steve stevie ste; steven: steve stevie ste; stewart:
stu stew; stuart: stu; sukhdeep: sukh deep; sukhwinder: sukh sukhi winder; suleiman: suli sully; sunil:
sun; sunita: suni; susan: sue susie suzie suki suzy; susanna: sue susie sanna zanna; susannah: sue susie
zannah; svitlana: sveta lana; sylvia: syl sylvie; szymon: szymek simon; tabitha: tabby; taiwo: tai;
tamara: tam tammy tami; tamsin: tam tammy; tariq: taz tar; tatiana: tanya tania tati; temitope: temi tope;
temidayo: temi dayo; terence: terry tel; teresa: terri terry tess tessa tracy tre teresita; theodore: theo
ted teddy; thaddeus: tad thady; thomas: tom tommy tam thom; tiffany: tiff; timothy: tim timmy timo;
titilayo: titi layo; tobias: toby; tomasz: tomek tom; trevor: trev; tristan: tris; uchenna: uche; usman:
uzi usy oz; ugochukwu: ugo; urszula: ula; valerie: val; vanessa: nessa ness van; vasile: vasi; vasyl:
vasya; vera: vee; veronica: ronnie vera nic roni; victor: vic; victoria: vic vicki vickie vicky tori tory
vix queenie; vijay: vij; vikram: vik vicky; vincent: vin vince vinnie vinny; violet: vi; virginia: ginny
ginnie; vladimir: vlad vova volodya; volodymyr: vova volodya vlad; viktor: vitya vic; waclaw: wacek;
waldemar: waldek; walter: wally walt wat; waseem: was wazzy; wieslaw: wiesiek; wilfred: wilf fred;
william: will bill billy willie willy liam wills wullie wil billie; wilhelmina: mina minnie willa;
winifred: win winnie freda; wladyslaw: wladek; wojciech: wojtek; yaw: yao; yasmin: yas yaz jas; yelena:
lena; yetunde: yeti tunde; yevhen: zhenya; yuriy: yura yuri; yusuf: yus joe; zachary: zac zack zak;
zachariah: zac zack zak zach; zainab: zai zee zainy; zbigniew: zbyszek zbych; zdzislaw: zdzich zdzisiek;
zofia: zosia zosienka; zsofia: zsofi; zuzanna: zuzia
"""

# One name written in several ways, by custom or by transliteration.
_SPELLINGS = """
aaron aron arron; abdul abdool abdel; abdulrahman abdurrahman abdirahman abdelrahman; abdullah abdallah
abdulla; abigail abigael abbigail; ahmed ahmad ahmet achmed; aidan aiden aodhan; aisha ayesha aysha aicha
aishah ayisha; aleksander alexander aleksandar oleksandr aleksandr; aleksandra alexandra oleksandra; ali
aly; alan allan allen alun; alison allison alyson; amelia emelia; amina aminah aamina; amir ameer aamir;
anthony antony; andrei andrey andriy; anne ann; asif aasif; ashleigh ashlee; aoife eefa; bilal bilaal;
brian bryan; bridget brigid brigit bridgit; bronagh bronach; caitlin kaitlin kaitlyn caitlyn katelyn;
callum calum; caoimhe keeva; catherine katherine kathryn catharine katharine cathryn katheryn; chloe
khloe; christian kristian cristian; christine kristine; christopher kristopher; ciara keira kiera ciera;
ciaran kieran keiran kieron; claire clare; conor connor; daniela danielle; debra deborah debora; dennis
denis; diarmuid dermot diarmaid; elizabeth elisabeth elisabet; eilish eilis; eoin owen eoghan; euan ewan
ewen; fatima fatimah faatimah fatma; fatoumata fatoumatta; farah farrah; farhan farhaan; faisal faysal
feisal; gareth garath; geoffrey jeffrey; gillian jillian; graham graeme grahame; grainne grania; hamza
hamzah; hannah hanna hana; hassan hasan hassaan; helen helena; hussain hussein husain hossain hussien;
ibrahim ebrahim ibraheem; iain ian; imran imraan; isabel isobel isabelle; isabella izabella; jaime jamie;
jakub yakub; jasmine jasmin yasmin yasmine yasmeen; jennifer jenifer; jodie jody; john jon; joshua yeshua;
julia yulia; kareem karim; kayleigh kayley kaylee; khadija khadijah khadeeja; khalid khaled; laura lora;
leah lea lia; liam lyam; linda lynda; lindsay lindsey lynsey; louis lewis luis; lucy lucie; luke luc;
maisie maisy; mark marc; mariam maryam miriam mariyam; mateusz matthew mateus; megan meghan; micheal
michael mícheál; mohammed muhammad mohammad muhammed mohamed mohamad mohammod mehmet mohamud muhammet;
mustafa mustapha; mykola nikolai nikolay; nadeem nadim; natalia natalya nataliya; natasha natascha;
nicholas nicolas nikolas; nicola nichola; niamh neve; noor nur noora; omar umar omer; padraig padraic;
philip phillip; philippa phillipa; qasim kasim; rachel rachael racheal; rashid rasheed; rebecca rebekah;
rhys reece rees reese; roisin rosheen; ruairi rory ruairidh ruaridh; saeed said sayeed; sadaf sadaff;
safiya safia safiyah safiyya; salma selma; samira sameera; samir sameer; saoirse seersha; sarah sara; sean
shaun shawn seán; shona shauna; simon szymon; siobhan shavaun; sophia sofia zofia; sophie sofie; stephen
steven; stewart stuart; suleiman sulaiman suleyman sulayman; susanna susannah suzanna; sylvia silvia;
tariq tarek tarik; teresa theresa therese; thomas tomas; tracy tracey; usman osman uthman othman; victor
viktor; vivian vivien vivienne; waseem wasim; yaqub yakub; yusuf yousef yousuf youssef joseph yusef;
zachary zachery zackary; zahra zara zahraa; zainab zaynab zeinab zaineb; zoe zoey
"""

# Given names in their own right that stand in neither table: two of these one letter apart are two people.
_OTHER = """
aadam aaliyah aarav abbas ada adele adil adnan afia aiza akash akua alana alia alina alisha aliyah alma
amar amara amari amber amira amirah amrit amy ana ananya andrea aneesa angel anika anil anisa anita anjali
anwar anya aria ariana arjun arlo arman arya asad asha asiya atif aurora ava avni ayaan ayan ayla azaan
bailey bella bianca billy blake bogdan bonnie brandon brooke bruno caleb camila carla carmen carys casey
chantelle cian clara cody connie corey costin daisy dale damian danika daniyal dawid dawn dean deepak
delia demi diana diego dina donna eden edie efua eleni elif elijah elio elisa elise eliza ella elliot
elliott ellis elodie elsa elsie emil erin eshaan esme evan eve evie ezra faith farida fatou fay faye felix
filip finn fletcher flynn freddie freya gina gloria grace habib hadiya hafsa haider haleema halima hana
hanan haris harley haroon harper harry harvey hasna hazel heidi henna hiba hira holly hope huda hugo
hunter iman imani imogen inaya ines iqra iris isha ishaan isla ismail ivy iyla jada jade jaden jai jake
jala jamal jamila janelle jasper jay jayden jaylen jenna jesse jia joel joey jonah jude kai kaiden kamal
kamil kamila karan karim kayden kayla keira keisha kelvin kemi kenya kiran kobi kofi kojo krish kwaku
kwesi kyla kylie kyra lacey laila lara layla layton leila lena leo leon lexi leyla liana lila lilah lily
lisa liya logan lola lorna luca luna lyla mabel maddison mae mahmood maja malaika malik mara marcel maria
mariana marina marlon marta marvin mason matteo maya mehdi mehmet mia mila milan milena miles millie milo
mina mira mohsen molly mona musa myla nadine nafisa naila naima neha nell nina nishan noah noel noor nora
nyla ola olga oliwia omari orla oskar otis parker paula pearl penny petra phoebe poppy preston priya quinn
raheem rahim rahul ralph rania raya rayan reece reem regan reuben rhea ria riley rio rishi rita river
robin rohan roman romeo ronnie rosa rose rosie rowan ruby rudra rufus rumaysa ryan sadia safa sahar saif
saira sakina salim salman sami samia sana sandeep sania sanna santiago saskia saul scarlett scott selina
serena shamim shania shay shreya sienna sima skye sonia spencer stella suki sumaya summer suraj tahir
tanisha tanya tara tegan theo tia tiana toby todd tomi tyler tyrone uma uzair valentina violet wafa wahid
warda wasif willow yahya yara yash yosef younis zaid zain zaina zaira zane zeeshan zeynep zia ziva zubair
zuri
"""


@lru_cache(maxsize=20_000)
def fold(name: str) -> str:
    """A name in lower case without accents, spaces or punctuation: "Seán" and "SEAN" become "sean"."""
    special = name.casefold().translate(_SPECIAL)
    plain = unicodedata.normalize("NFKD", special)
    return "".join(letter for letter in plain if letter.isalnum())


_SPECIAL = str.maketrans(
    {"ł": "l", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i", "ħ": "h", "ŋ": "n"}
)


def _links() -> tuple[dict[str, set[str]], dict[str, set[str]], dict[str, set[str]]]:
    shorts: dict[str, set[str]] = {}
    longs: dict[str, set[str]] = {}
    spellings: dict[str, set[str]] = {}
    for line in _SHORT.split(";"):
        full, _, rest = line.partition(":")
        full = fold(full)
        for short in map(fold, rest.split()):
            if short != full:
                shorts.setdefault(full, set()).add(short)
                longs.setdefault(short, set()).add(full)
    for line in _SPELLINGS.split(";"):
        group = {fold(word) for word in line.split()}
        for name in group:
            spellings.setdefault(name, set()).update(group - {name})
    return shorts, longs, spellings


_SHORTS, _LONGS, _ALIKE = _links()
KNOWN: frozenset[str] = frozenset(_SHORTS) | frozenset(_LONGS) | frozenset(_ALIKE) | frozenset(_OTHER.split())


@lru_cache(maxsize=20_000)
def forms(name: str) -> frozenset[str]:
    """Every way one given name may be written: itself, its spellings, its short forms, the names it is
    short for.

    Folded to lower case without accents. One step only: "alex" is a form of "alexander" and "alexandra", but
    these two are no forms of each other. An unknown name has one form, itself; an empty one has none.
    """
    key = fold(name)
    if not key:
        return frozenset()
    alike = {key} | _ALIKE.get(key, set())
    found = set(alike)
    for spelling in alike:
        found |= _SHORTS.get(spelling, set())
        for full in _LONGS.get(spelling, set()):
            found |= {full} | _ALIKE.get(full, set())
    return frozenset(found)


def same(first: str, second: str) -> bool:
    """Whether one of two given names is a form of the other."""
    a, b = fold(first), fold(second)
    return bool(a) and bool(b) and (a in forms(b) or b in forms(a))


def spelt_alike(first: str, second: str) -> bool:
    """Whether two given names are one name in two spellings, such as Mohammed and Muhammad."""
    a, b = fold(first), fold(second)
    return bool(a) and (a == b or b in _ALIKE.get(a, ()))


def share_a_full_name(first: str, second: str) -> bool:
    """Whether both may be short for one name, as Bob and Robbie are: a hint only (so are Ella and Ellie)."""
    return bool(_LONGS.get(fold(first), set()) & _LONGS.get(fold(second), set()))


def known(name: str) -> bool:
    """Whether this is a given name that the tables know, so that a likeness to another is no misspelling."""
    return fold(name) in KNOWN
