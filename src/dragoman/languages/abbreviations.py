"""Words whose full stop does not end a sentence, for the languages among the 29 that write such words."""


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Written without their last full stop, in lower case: titles, "for example", "that is" and what stands before names.
NEVER_LAST = _words(
    # English, and what all languages with Latin letters share.
    "mr mrs ms dr prof st jr sr vs e.g i.e cf ca approx dept est fig figs gen gov hon inc rep rev sen sgt al ed eds vol"
    " messrs mme mlle mgr ext incl excl"
    # German
    " z.b d.h u.a o.ä bzw bspw evtl ggf ggfs inkl exkl zzgl vgl sog str hr fr frl dipl ing med jur phil tel geb gem"
    " mind einschl usf resp abzgl bes"
    # French, Spanish, Portuguese, Italian
    " p.ex par.ex c.-à-d m mm mmes env réf cf boul av apr j.-c p.ej sr sra srta sres d dña dn ud uds vd vds aprox dpto"
    " admón prof profa p.or sr.a exmo exma dra dras drs tel sig sigg sig.ra sig.na dott dott.ssa avv ing geom spett gent"
    " p.es ad.es"
    # Dutch
    " bijv bv d.w.z m.b.t i.p.v t.a.v o.a m.u.v dhr mevr mw drs ir nl t.o.v"
    # Czech, Polish
    " např tj tzn tzv popř příp resp mgr ing bc mudr judr phdr rndr doc sv č np tzn tj m.in tzw ul al os pl dr.hab inż"
    " św wg pn"
    # Turkish, Indonesian, Malay, Filipino, Cebuano
    " örn bkz sn doç yrd av alm ing fr bpk bp ibu sdr mis yg dg dgn sbg hj drs prof bg bhg gng bb atty engr"
    " sta sto g gng"
    # Vietnamese
    " ts ths pgs gs bs tp vd tt"
    # Russian
    " т.е т.к т.н напр см ср ул пр просп пер им акад проф доц гос тел тов обл р-н моб доб"
    # Arabic, Persian, Urdu, Hindi, Bengali and Hebrew write titles with a full stop too.
    " أ.د م د أ ص.ب डॉ प्रो श्री सुश्री कु ডা ড মো মোঃ প্রফ ד״ר פרופ עו״ד גב ר ש.ע ت تلفن"
)  # fmt: skip

# May stand last: they end a sentence when what follows begins like one.
SOMETIMES_LAST = _words(
    "etc max min a.m p.m inc ltd co corp bros usw u.s.w u.v.m uvm etw ecc ss etcétera enz e.d e.a atd apod aj itd itp"
    " vb dll dsb dst dkk и.т.д т.д т.п др пр г гг в вв н.э руб коп тыс млн млрд чел zł gr tys mln mld kč mil tis"
    " hod st p.a s.a s.l s.r.o sp.z.o.o лв стр v.v ฯลฯ น ตร.ม กม กก ซม ลด น.ส ม.ค ก.พ มี.ค เม.ย พ.ค มิ.ย ก.ค"
    " ส.ค ก.ย ต.ค พ.ย ธ.ค std tägl wöchentl stck stk"
)  # fmt: skip

# Only a number after them shows that they are abbreviations: "No. 5", but "The answer is no. It will not."
BEFORE_NUMBERS = _words(
    "no nr nrs nos nº n.º n num núm nro art arts abs abb kap s p pp pág págs pag bl vol ch chap sec para § str čl odst"
    " poz pkt ust zał ел рис табл ст п гл ч стр кв д корп оф каб эт madde md sy sayfa hlm ps pasal bil jl lt jan"
    " feb mar apr jun jul aug sep sept oct okt nov dec dez févr janv juil déc ene abr ago dic fev gen"
)  # fmt: skip
