"""French."""

_DO = r"(?:ecri\w+|appel\w+|envoy\w+|text(?:er|ez|e)\w*|contact\w+|harcel\w+|derang\w+|telephon\w+|sollicit\w+|spam\w*|relanc\w+|embet\w+|importun\w+|rappel\w+|ennuy\w+|message\w*|parler|insister|emmerd\w+|joindre|deranger)"
_THINGS = r"(?:messages?|textos?|sms|appels?|courriels?|mails?|emails?|courriers?|pubs?|publicites?|spams?|notifications?|relances?|sollicitations?|alertes?|offres)"
_LATER = r"(?! ?(?:avant|apres|aujourd|demain|ce (?:soir|matin|midi)|maintenant|pendant|le (?:lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche|soir|matin|week)|a |au |si|quand|tout de suite|tard|si tard|cette|en|entre|tant|sauf|jusqu|trop|sur))"

BENIGN = (
    r"\bn ?(?:arret\w+|cess\w+|stopp\w+|hesit\w+) pas\b[^.?,]*",
    r"\barrets? (?:de |du |d )?(?:bus|train|tram|metro|car|autobus|travail|maladie)\b|\b(?:l|un|d|en|prochain|dernier|premier|sans) arrets?\b",
    r"\b(?:on|je|tu|il|elle|ils|elles|nous|vous|j|ai|a|avons|ont|c est) (?:ai |a |avons |ont |m |s |va |vais |vont |doit |dois )?(?:arret\w+|stopp\w+|fini\w*|annul\w+|cess\w+)\b(?! (?:de m|vos|les messages|l envoi))[^.?]*",
    r"\bannul\w+ (?:le|la|les|mon|ma|notre|un|une|l|ce|cette) (?!abonnement|inscription|messages|sms|textos|alertes|souscription)[^.?]*",
    r"\b(?:fin|debut) (?:de|du|des|d)\b[^.?,]*|\benfin\b",
    r"\bpas interessee? par (?:ce|cette|celui|celle|cet|ces|la|le|les|un|une)\b[^.?]*",
    r"\bplus de (?:photos?|details?|infos?|informations?|renseignements?|precisions?|place|chambres?|temps|terrain|espace|\d+|surface)\b",
    r"\bassez (?:de|grand\w*|bien|cher\w*|proche|loin|petit\w*|pour|rapide\w*|vite)\b|\b(?:est|c est|pas|sera|suffit il|ca suffit|ca suffira) (?:assez|suffi\w+) (?:pour|comme)\b",
    r"\bretir\w+ (?:le|la|les|un|une|l) (?!numero|liste|nom)[^.?]*",
    r"\bje me suis tromp\w+\b[^.?]*",
)

OPT_OUT = (
    (rf"\b(?:arretez?|arreter|cessez?|cesser|stopp?e?z?|arret|finissez|veuillez (?:arreter|cesser)|merci d arreter|merci de cesser|fini)(?: (?:s il vous plait|svp|stp|immediatement|tout de suite|maintenant|donc|enfin))* (?:de |d |avec |a |les? |la |vos |ces |tous |toutes |toute |l |nous |me |m |tes |mes |envoi de )*(?:{_DO}|{_THINGS}|envoi|communication|contact|harcelement|ca|cela|tout)", "demande d'arreter"),
    (rf"\bne (?:plus |pas |jamais )?(?:me |m |nous |vous )?(?:{_DO}) ?(?:moi )?(?:plus|pas|jamais|pas plus)\b{_LATER}|\bne (?:plus|pas|jamais) (?:me |m |nous )?{_DO}\b{_LATER}|\b(?:m|me) {_DO} plus\b", "demande de ne plus le contacter"),
    (rf"\b(?:je|j|on|nous) ?(?:ne |n )?(?:veu[xt]|voulons|souhait\w+|desir\w+|aimerais|voudrais|accept\w+|autoris\w+) ?(?:plus|pas|jamais|aucun\w*)\b[^.?]*\b(?:recevoir|etre|{_THINGS}|{_DO}|contacte\w*|rien|vous parler|consenti|accepte|inscrit\w*|entendre)", "ne veut plus de messages"),
    (r"\bje n ?ai (?:jamais|pas) (?:\w+ )?(?:consenti|accepte|demande|donne (?:mon|d) (?:accord|autorisation)|souscrit|inscrit)", "n'a jamais accepte"),
    (rf"\b(?:plus|pas|aucuns?|assez|marre|ras le bol|trop|stop (?:aux?|avec)|fini) (?:aucun |jamais |d |de |des |les |ces |vos |tous ces |toutes ces |avec )*{_THINGS}\b", "ne veut plus de messages"),
    (r"\b(?:retirez?|enlevez?|supprimez?|effacez?|rayez?|otez?|sortez?|oubliez?|radiez?|eliminez?)[ -](?:moi\b|nous\b|mon\b|mes\b|ma\b|ce numero|mon numero)|\b(?:retirer|enlever|supprimer|effacer|oter|desinscrire|desabonner|radier) (?:moi|mon|mes|ce numero|de (?:la|votre|vos))\b|\b(?:etre|me faire) (?:retire\w*|enleve\w*|supprime\w*|desinscri\w*|desabonne\w*|raye\w*)\b", "demande d'etre retire"),
    (r"\b(?:me |m |se )?(?:desabonn\w+|desinscri\w+|desincri\w+|resili\w+)\b", "se desabonne"),
    (r"\b(?:laisse[rz]?|foute?[zs]?|fiche[zs]?|lache[zs]?)[ -](?:moi|nous|mon)\b(?! (?:un|une|le|la(?! paix)|savoir|voir|vous|te|reflechir|verifier|confirmer|du|des|deux|quelques|jusqu))", "veut la paix"),
    (r"\b(?:mauvais|faux|pas (?:le )?bon|erreur de|pas son|plus son|plus le) (?:numero|destinataire|contact|interlocuteur|telephone)\b|\bmauvaise personne\b|\b(?:pas|plus) (?:la bonne personne|le numero de)\b|\bvous (?:vous trompez|faites erreur|etes trompe\w*|avez (?:le )?(?:mauvais|faux))\b|\btu te trompes de\b|\bje ne suis pas (?!sur|interess|pret|dispo|la|encore|contre|en|a |au|chez|certain|libre|d accord|proprietaire|le seul|tres|convaincu|loin|oblig)\w+|\b(?:je ne )?connais pas de\b|\bnumero (?:a change|n est plus|appartient)|\bnouveau (?:numero|proprietaire du numero)|\btelephone d(?:e mon fils|e ma fille| un enfant|e mon enfant)|\bje suis mineure?\b|\best (?:decede|mort)", "wrong number: mauvais numero"),
    (r"^(?:non |merci |desole\w* |bonjour |je (?:ne )?suis |on n est |nous ne sommes |ca ne |ca |cela ne |c est |, )*(?:pas (?:du tout )?interess\w+|plus interess\w+|m interesse (?:pas|plus)|aucun interet|pas d interet)(?: (?:merci|du tout|desole\w*|par (?:votre|vos|cela|ca)\b.*|au revoir))*$|\bne m interesse (?:pas|plus)\b|\b(?:suis|sommes) (?:pas|plus|plus du tout|pas du tout) interess\w+(?! par (?:ce|cet|la|le|un))", "n'est pas interesse"),
    (r"\b(?:harcel\w+|porte(?:r|rai)? plainte|depose(?:r|rai)? (?:une )?plainte|cnil|crtc|signal(?:e|er|erai|ement|ez)|arnaque\w*|mon avocat|poursui\w+ en justice|bloqu(?:e|er|ez|ee|erai) (?:ce|votre|vous|ton)|je (?:vous |te )bloque)\b", "se plaint"),
    (r"^(?:ca |ok |non |merci |allez |bon |svp |mais |et |s il vous plait |maintenant |oui )*(?:arret|arrete|arretez|arreter|stop|suffit|assez|basta|cessez|degage\w*|ta gueule|foutez le camp|allez vous en|va te faire.*|allez vous faire.*|non plus jamais|plus jamais|plus rien)(?: (?:ca|cela|tout|svp|stp|merci|s il vous plait|s il te plait|maintenant|immediatement|tout de suite|de suite|ces messages|enfin|la))*$", "demande d'arreter"),
    (r"\b(?:je retire|je revoque|je resilie|retrait de) (?:mon |ma )?(?:consentement|accord|autorisation|abonnement)\b|\bannul\w+ (?:mon |l |cet |mes |les |ma )*(?:abonnement|inscription|messages|sms|textos|alertes|souscription)\b", "retire son accord"),
    (r"\b(?:deja|vous ai|t ai) (?:dit|demande) (?:\w+ ){0,3}(?:d arreter|arreter|non|stop|de ne plus|cesser)", "repete sa demande"),
)

DOUBT = (
    r"\barretez?\b", r"\barret\b$", r"^non merci$", r"\bne (?:me |m |nous )?(?:appel|contact|ecri|envoy|text|derang)\w+ (?:plus|pas)\b", r"\bpas interess\w+", r"\bcomment avez vous (?:eu|obtenu) mon numero\b",
    r"\bdesabonn\w*", r"\btromp\w+\b", r"^annul\w+$", r"\bdeja (?:achete|trouve)\b",
)
