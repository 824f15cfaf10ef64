"""English: what looks like a stop and is none, and what is one."""

# Verbs and nouns of contact.
REACH = (
    r"(?:text\w*|txt\w*|sms\w*|messag\w*|msg\w*|call\w*|phon(?:e|ing)|ring(?:ing)?|dial\w*|email\w*|mail(?:ing)?|contact\w*|"
    r"reach\w* out(?: to)?|writ(?:e|ing)|send\w*|bother\w*|harass\w*|spam\w*|pester\w*|bug+(?:ing)?|hound\w*|ping(?:ing)?|"
    r"solicit\w*|dm(?:ing)?|follow\w* up|hitting (?:me|us) up|hit (?:me|us) up|blow\w* up (?:my|our)|badger\w*|annoy\w*|stalk\w*|"
    r"communicat\w*)"
)
THINGS = (
    r"(?:texts?|txts?|messages?|msgs?|calls?|emails?|mails?|sms|spam\w*|notifications?|alerts?|newsletters?|contact|communications?|"
    r"correspondence|outreach|voicemails?|reminders?|updates|ads|marketing|promos?|promotions?|solicitations?|robocalls?|blasts?|"
    r"junk|crap|shit|bs|stuff|garbage|nonsense)"
)
# What may follow "stop texting" when it is meant for us; anything else ("stop calling the seller") is somebody else's matter.
_AT_US = (
    r"(?=\s*(?:$|[,?]|me\b|us\b|my\b|our\b|this\b|these\b|those\b|that\b|here\b|it\b|at\b|so\b|please\b|pls\b|plz\b|now\b|"
    r"immediately\b|already\b|and\b|or\b|but\b|to\b|anymore\b|again\b|every\w*\b|all\b|any\w*\b|stuff\b|crap\b|junk\b|shit\b|"
    r"texts?\b|messages?\b|msgs?\b|emails?\b|calls?\b|spam\b|multiple\b|constant\w*\b|thanks?\b|thx\b|ty\b|i\b|we\b|ever\b|like\b|"
    r"or\b|before\b|both\b|unsolicited\b|with\b|phone\b|number\b|from\b|about\b|permanently\b|right\b|altogether\b|unwanted\b|"
    r"more\b|any\b|sir\b|dude\b|man\b|thank\b|as\b|$))"
)
_SOFT = r"(?:please |pls |plz |kindly |just |ever |even |you |to |all |the |f\w+ |all of |with |any |damn |freaking |constantly |trying to |me |us )*"

BENIGN = (
    r"\b(?:bus|train|truck|pit|rest|full|next|first|last|one|light rail|metro|subway|shuttle|trolley|tram|ferry|door|quick|pit) ?stops?\b",
    r"\bnon ?stop\b",
    r"\bstop(?:s|ped|ping)? (?:by|in(?! every)|at(?! once)|over|off|through|into|on the way|here to|there|between|near|to (?:see|look|visit|check|pick|get|eat|drop|say|chat|talk|think|consider|grab))\b[^.?]*",
    r"\bstop(?:s|ped|ping)? for (?!good|real|ever|f|the love|gods?|christ|now)\w+",
    r"\bstop (?:paying|payments?|work\w*|looking|searching|believing|worrying|thinking|talking(?! to me)|renting|smoking|drinking|living|"
    r"crying|laughing|playing|wondering|hunting|shopping|saving|showing (?!me)|sign\w*|lights?|loss|orders?|shop|dreaming|being|having|making|"
    r"eating|short|beating|kidding|teasing|stressing|it from|us from|the (?:car|clock|sale|closing|foreclosure|process|loan|leak\w*|eviction|auction|water|"
    r"presses|auto ?pay|noise|clock|construction|rain|renovations?))\b",
    r"\b(?:cant|cannot|couldnt|can not|could not|wouldnt|didnt|doesnt|never|dont|do not|shouldnt|not|wont|will not|without) (?:ever |please |even )?"
    r"(?:stop|quit|end|cancel|unsubscrib|opt ?out|remov|stopping)\w*\b[^.?,]*",
    r"\b(?:told|asked|wants?|ordered|made|makes|got|forced|had) (?:us|him|her|them|my \w+|the \w+|everyone|everybody|people) to (?:stop|quit)\b[^.?]*",
    r"\b(?:he|she|they|(?<!make )(?<!want )(?<!need )it|contractor|seller|sellers|agent|bank|lender|rain|hoa|builder|noise|market|prices?|rates?|rents?|city|county|crew|landlord|neighbou?rs?|kids?|dogs?) "
    r"(?:will |would |might |may |should |could |have to |has to |need to |needs to |wont |just |finally |did |does |never )?(?:stop|quit|cancel|end)(?:s|ped|ed|led|ting|ping)?\b[^.?]*",
    r"\b(?:we|i) (?:might|may|will|would|should|could|had to|have to|decided to|want to|need to|plan to|are going to|am going to)?(?: just)? ?(?:stop|stopped|quit) (?!texting|calling|messag|email|contact|receiv|get\w* (?:texts|messages|calls|emails|these|this)|hearing)\w+[^.?]*",
    r"\b(?:dont|do not|never|cant|would|id|i) call (?:it|that|this (?:a|an)|him|her|them|the \w+)\b[^.?,]*",
    r"\b(?:remove|take|drop) (?:me|us|my name|our name) (?:from|off) (?:of )?(?:the |that |this |your )?(?:\S+ ){0,3}(?:tour|showing|appointment|open house|schedule|calendar|waitlist|waiting list|loan|deed|title|lease|mortgage|contract|application|offer|meeting|reservation|viewing)\b[^.?]*",
    r"\bwhen (?:do|does|did|will|would|should|can) [^.?]*\bstop\b",
    r"\bquit ?claim\b", r"\bquit(?:ting)? (?:my|his|her|our|their|a|the) (?:job|work|day job|gym|smoking)\b", r"\b(?:quit|quitting) (?:smoking|work|early|on)\b",
    r"\b(?:can|could|do|does|should|may|if) (?:i|we|he|she|they|the \w+|sellers?|buyers?|you ever)? ?(?:just )?quit\b[^.?]*",
    r"\bcancel(?:s|ed|led|ing|ling|ation)? (?!all\b|these|those|everything|my (?:sub|text|message|sms|email|membership|alert|enroll|registration|service|consent)|the (?:text|message|sms|email|sub|alert|spam)|text|message|sms|email|sub|please|pls|me\b|this\b(?! \w)|it$|now|immediately|and |thank|asap|future|further|any)[^.?,]+",
    r"\b(?:i|we|you|he|she|they|seller|buyer|bank|lender|agent) (?:\w+ )?cancel\w*\b",
    r"\bopt(?:out|ing out|ed out|s out) of (?!this|these|those|all|any|your|the (?:text|mess|list|sms|email|mail|call|program|alert|camp|sub)|text|mess|call|email|mail|sms|receiv|get|being|future|further|everything|marketing|promo|notif|alert|commun|contact|here|it)[^.?]*",
    r"\b(?:do|does|can|could|may|would|will) (?:sellers?|buyers?|the \w+|they|people|owners?|residents?|he|she|anyone) [^.?]*optout\b[^.?]*",
    r"\b(?:on|to|in|into|from|my|the|your) (?:my |the |your )?(?:spam|junk)(?: (?:folder|box|filter|mail|email|inbox))?\b(?= ?(?:$|[,?]|folder|again|so|and|sorry|box|filter))",
    r"\b(?:is|was|are) (?:this|it|that|you) (?:a |some |just |another )?(?:spam|scam)\w*|\b(?:not|isnt|wasnt|thought (?:this|it|you|that) (?:was|were)|looked like|looks like|might be|could be|worried) (?:a |some |this is )?(?:spam|scam)\w*",
    r"\bunsubscribe (?:link|button|option|page)\b[^.?]*\b(?:broken|work\w*|missing|bug|error|dad|mom|wife|husband|friend)\b",
    r"\b(?:accidentally|mistakenly|by mistake|by accident|didnt mean to|did not mean to) (?:\w+ ){0,2}(?:unsubscrib|optout|opted out|stopp?|cancel)\w*\b|\bunsubscrib\w+ (?:\w+ ){0,3}by (?:mistake|accident)\b",
    r"\b(?:re|un) ?subscribe\w* (?:my|to) (?:dad|mom|wife|husband)\b",
    r"\b(?:dont|do not) (?:hesitate|forget|be afraid|worry|be shy|mind)\b[^.?,]*",
    r"\bdo ?(?:not|nt) disturb (?:area|zone|sign|mode)\b|\bdo-?not-?disturb\b(?= area| zone| sign)",
    r"\bnot interested in (?:that|this|the|those|these|a|an|any|buying|selling|renting|condos?|townho\w*|apartments?|houses? |homes? |fixer\w*|new|the other|\w+ (?:homes|houses|condos|area|one|neighborhood|properties))\b[^.]*\b(?:but|just|only|show|have|send|looking|want|instead|else|prefer|what|how|though)\b[^.]*",
    r"\bnot interested in (?:that|this|the|those|these) (?:one|house|home|property|listing|area|neighborhood|place|city|floor|lot|unit|model|loan|rate|plan|color)\b[^.?]*",
    r"\bleave (?:me|us) (?:a|the|your|an|some|alone time|hanging|time|with|wondering|any)\b[^.?]*",
    r"\bgo(?:ing)? away (?:for|to|on|this|next|until|till|in|over|with)\b[^.?]*",
    r"\b(?:the|a|its|its on the|on the|in the|at the|took the|take the|had the|have the|wrong) wrong (?:side|way|address|house|turn|time|day|date|size|place|floor|color|colour|price|school|zip|road|street|exit)\b",
    r"\b(?:dont|do not) send (?:it|the|that|my|him|her|them|out|over|anything to|this to)\b(?! (?:\w+ )?(?:anymore|again|any more))[^.?,]*",
    r"\bend (?:the|this|that|our|my) (?:call|meeting|lease|contract|loan|conversation|deal|month|year|week|day)\b",
    r"\bunsubscribed? from (?!this|these|your|all|you|the|ur|everything|future|any|texts?|messages|emails|it|calls|marketing)\w+",
    r"\bwrong number of\b|\b(?:i|we) (?:gave|sent|put|typed|wrote|entered|have|had|dialed|called|texted) (?:you |in |down )?(?:the |a |my )?wrong (?:number|#)\b[^.?]*",
    r"\b(?:the|your|this) (?:listing|ad|site|website|contract|page|flyer|sign|email|form) (?:has|had|lists|shows|says) (?:the |a )?wrong\b[^.?]*",
    r"\bdid i (?:\w+ )?(?:call|text|have|get|dial) (?:the )?wrong\b[^.?]*",
    r"\b(?:big|good|large|close|near|fast|long|high|low|sure|nice|wide|much|not|is|thats not|be|is that|is this|are|was|just|more than|old|have|got|isnt|having|had|fair|cheap|safe|quiet|soon|warm|\dk|rooms?|space|bedrooms?|baths?) enough\b",
    r"\benough (?:for|to|space|room|money|parking|time|bedrooms?|storage|light|land|equity|down|credit|income|beds?|baths?|of a|information|info)\b",
    r"\bblock(?:s|ed)? (?:party|of|from|away|is|on|off|the (?:view|sun|road|driveway|light)|in)\b|\b(?:city|\d+|two|three|few|same|next|which|what|this|our|concrete|cinder|the) blocks?\b",
    r"\b(?:my|our|your|the|an|a|his|her|their|need|get|seller\w*|real estate|closing|estate) (?:attorney|lawyer)s?\b(?! (?:will|is going|if|about (?:this|you|your)|and (?:sue|report)|soon|to sue|on you|now|is gonna))[^.]*",
    r"\bmy (?:neighbou?r|ex|landlord|boss|tenant|roommate|agent|bank|lender)s? (?:\w+ ){0,3}(?:harass|spam|bother|stalk)\w*[^.?]*",
    r"\b(?:remove|take) (?:me|us) (?:to|through|there|around|on|out to|with|for)\b[^.?]*",
    r"\btake (?:me|us) off (?:hold|mute|speaker|the (?:market|waitlist|waiting list|hook|loan|deed|title|lease|mortgage))\b|\bremove (?:me|us|my name) from (?:the )?(?:loan|deed|title|lease|mortgage|contract|application|waitlist|waiting list|account|showing|appointment|tour)\b[^.?]*",
    r"\b(?:text|call|email|write) me (?:when|if|once|as soon) [^.?]*\bstop\w*\b[^.?]*",
)

_TIME = (
    r"(?! ?(?:me |us |here |back |my \w+ )?(?:before|after|until|till|til|today|tonight|tomorrow|tmrw|this (?:week|morning|evening|afternoon|weekend)|right now|yet|while|during|"
    r"at (?:work|night|\d|dinner|home|the office)|on (?:mon|tue|wed|thu|fri|sat|sun|week)\w*|unless|if|between|so (?:late|early)|late|early|past|from \d|when|between|till|in the (?:morning|evening|middle)|for (?:a|the next|now)|just yet|back|sir|maam|that|a |an |the |about|with|without|because|then|for|by)\b)"
)

OPT_OUT = (
    (rf"\b(?:{REACH}) (?:me|us|here|this number) (?:one more time|again|once more)(?:,)? (?:and|ill|i will|im|i am|or|youll|you will|we will)\b|\bone more (?:text|call|message|email)\w*\b(?! (?:question|about|for|from|to))", "threatens legal steps"),
    (r"\b(?:knock|cut) (?:it|this|that) (?:off|out)\b|\bcut the (?:crap|spam)\b", "asks to stop"),
    (r"\b(?:you|u|ya|yall|you (?:guys|people|all|folks)) (?:\w+ )?(?:need|needs|have|better|should|must|gotta|ought|can|may) (?:to )?(?:please |just |really )*(?:stop|quit|cease)\b(?! (?:by|in|over|at))", "asks to stop"),
    (r"^stop (?:u|you|ya|with|being|harass|bug|lying)\b.*", "asks to stop"),
    (rf"\bno need (?:to |for you to )?(?:{REACH}) ?(?:me|us)? ?(?:any ?more|any further|further|again|any longer|in the future)\b", "no need to go on"),
    (r"\b(?:dont|do not|never|no longer) (?:want|need|wish|require|care for) (?:any of )?(?:your|ur) (?:\w+ )?(?:services?|help|offers?|business|products?|spam|assistance|solicitations?|crap|info\w*|texts?|calls?|emails?|messages?)\b", "does not want messages"),
    (rf"\b(?:{THINGS})\b[^.]*\b(?:dont|do not|never) (?:want|need|asked for|ask for) (?:them|it|any|these|those)\b", "does not want messages"),
    (r"(?:^|\b(?:get|take|remove|me|name|number) )(?:off|from) (?:of )?(?:the|your|this|ur|all|any) (?:\w+ )?(?:list|lists|database|system|mailing list)\b", "asks to be removed"),
    (r"\b(?:remove|delete|take|drop|purge|erase) (?:this |my |our |the |me |us |it |off )*(?:email address|email|phone number|number|name|phone|contact\w*|address|from (?:the |your |this |ur |all |any )?(?:\w+ )?(?:list|lists|database|system|files?|records|contacts|program))\b(?! (?:of the|from the (?:loan|deed|title|lease|contract|application)|on the))", "asks to be removed"),
    (r"\bgo (?:f\W?\w*|screw|fudge|kick|jump) (?:ur|your) ?sel(?:f|ves)\b|\bgo f (?:yourself|urself)\b|\beat (?:a|my|shit|me)\b(?! (?:meal|lunch|dinner|family))|\b(?:asshole|a ?hole|dickhead|scumbag|moron|bastard|bitch)\w*\b", "tells us to go away"),
    (r"\b(?:number|phone|line|cell|address|email) (?:is |was )?(?:no longer|not) (?:in service|valid|active|mine|theirs|his|hers|used|associated|connected|assigned|belongs?|in use|for)\b", "wrong number: somebody else has it"),
    (rf"\b(?:stop|stoping|stopping|quit|quite|cease|halt|discontinue|end|refrain from|knock off|knock it off|cut (?:it )?out|done with|no) {_SOFT}{REACH}{_AT_US}", "asks to stop contact"),
    (rf"\b(?:stop|stopping|quit|quitting|cease|halt|end|ending|discontinue|cancel) {_SOFT}(?:my |your |these |those |this |of |subscription to |subscriptions? |sub |future |further |both )*{THINGS}\b(?! (?:about|for|in|on) )", "asks to stop messages"),
    (rf"\b(?:cancel|end|stop|terminate|discontinue) (?:my |the |this |our |your )?(?:subscription|membership|alerts|enrollment|registration|messaging|messages|text\w*|sms|service|consent|all|everything)\b", "cancels the messages"),
    (rf"\b(?:you|u|yall|you (?:guys|people)) (?:wont|dont|never|just wont|cant|do not|will not|refuse to) (?:ever )?(?:stop|quit) {REACH}", "complains that we do not stop"),
    (rf"\b(?:stop|quit) (?:it|this|that|these|them|doing (?:this|that)|everything|all|already|now|immediately|asap|right now|today|at once|altogether|for good|completely|permanently|bothering|wasting my time|please|pls|plz|ffs|wtf|thank\w*|thx|by text)\b(?! (?:kitchen|house|home|view|yard|is so|is gorgeous|is amazing))", "asks to stop"),
    (r"\b(?:please|pls|plz|just|said|say|saying|kindly|must|will you|would you|can you|could you|cant you|why dont you|wish you(?: would| d)?|you to|u to|this to|them to|it|you need to|you should|gotta|better|yall need to|ok|okay|yes|no|hey|and|so|now|again|guys|last time|twice|times|want to|wanna|i want you to|thanks|thank you|but|all|make (?:it|this|them)|these|texts|messages|calls|emails) (?:just |please |all |to |you )?stop\b(?= ?(?:$|[,?]|please|pls|now|or|thanks|thank|thx|we|i|it|this|already|immediately|me|everything|all|and|by|asap))", "asks to stop"),
    (r"\bstop (?:or|before|and (?:do not|dont|lose|delete|remove|take|never|leave|go))\b", "asks to stop"),
    (rf"\b(?:dont|do not|dont you|dont ever|never|not|stop|quit|didnt|did not|wont|will not|cant|no longer|refuse to|rather not) (?:ever |please |really |even |you |u |to )*(?:want|need|wish|care|like|consent|agree|authorize|welcome|appreciate|asked|ask|request|sign\w* up)\w* (?:to |for |any |more |anymore |anything |your |these |this |further |receiv\w+ |get\w* |be |being |you |u |ever |hear\w* |have |having |of |the |all |them |me |in |unsolicited |future |additional |marketing |sales |phone |automated )*(?:{THINGS}|{REACH}|contacted|from (?:you|u|this|your|yall)|this|these|more|it)\b(?! (?:house|home|one|property|area|pool|bedrooms?|info|option|place|neighborhood|loan|rate|floor|too|to be))", "does not want messages"),
    (r"\b(?:i|we) (?:never|didnt|did not|havent) (?:\w+ )?(?:sign\w* up|subscrib\w*|opt\w* in|optin|agree\w*|consent\w*|ask\w*|request\w*|g[ai]ve (?:you |u )?(?:my |any )?(?:permission|consent))\b(?! (?:for|to) (?:a|an|the|see|look|tour|pay|buy))", "denies having agreed"),
    (r"\b(?:dont|do not) (?:consent|agree) to (?:this|these|be|being|any|your)\b", "denies having agreed"),
    (rf"(?<!you )(?<!they )(?<!we )(?<!i )(?<!he )(?<!she )(?<!who )\b(?:dont|do not|donot|dnt|never|not to|no|not) (?:ever |you ever |you dare |even |please |u )*{REACH}\b{_TIME}(?= ?(?:$|[,?]|me|us|this|these|here|my|our|again|anymore|any ?more|to me|ever|at all|please|pls|thanks|either|or|and|it|period|i|we|$))(?! (?:me|us|here) (?:before|after|until|till|til|today|tonight|tomorrow|tmrw|this|right|yet|while|during|at|on|unless|if|between|so|late|early|past|when|in|for|back|sir|maam|names?|a|an|the|that|about|with|without|because|houses|homes|condos|listings)\b)(?! (?:me|us) anything (?:over|under|above|below|in|with)\b)", "asks not to be contacted"),
    (rf"(?<!you )(?<!they )(?<!we )(?<!i )(?<!he )(?<!she )\b(?:do not|dont|no) (?:call|contact|text|email|solicit\w*)(?: list| registry| me| us)\b(?! (?:by|before|after|until|till|today|tonight|tomorrow|this|right|yet|while|during|at|on|unless|if|between|so|late|early|past|when|in|for|back|a|an|the|sir))", "asks not to be contacted"),
    (rf"\b(?:no more|no further|no additional|any more|zero|enough with (?:the|these|your|all)|enough of (?:the|these|your)|sick of|tired of|done with|fed up with|over|had it with|had enough of|over it with|annoyed (?:by|with|at)) (?:of |the |these |those |your |all |this |getting |receiving |phone |text |marketing |sales |constant |unsolicited |unwanted |being |you )*(?:{THINGS}|{REACH}|contacted|called|texted|emailed)\b(?! (?:about|for|in|on) (?:condos|houses))", "wants no more"),
    (r"^(?:please |pls |ok |okay )?no more(?: please| pls| thanks| thank you)?$", "wants no more"),
    (rf"\b(?:mind|rather you|appreciate it if you|prefer (?:that )?you|prefer if you|like you to|if you (?:could|would)|ask(?:ing)? (?:that )?you|ask(?:ed|ing)? you to|appreciate if you|request you) (?:to )?(?:not|dont|didnt|do not|did not|never|stop|quit) (?:to )?{REACH}", "asks politely not to be contacted"),
    (rf"\bno need (?:to|for you to) (?:keep |continue |continue to )(?:{REACH})", "no need to go on"),
    (rf"\b(?:no need|dont bother|dont bother to) (?:to |for )?(?:{REACH}|any more \w+|more \w+) (?:me |us )?(?:anymore|any ?more|again|any longer)\b", "no need to go on"),
    (r"\b(?:remove|take|delete|drop|erase|scratch|purge|get|scrub|wipe|strike|pull|exclude|unlist|want|wanna|have|cross) (?:out )?(?:me|us|my (?:wife and i|husband and i|\w+ and i)|my (?:number|phone|cell|name|info\w*|email|data|details|contact\w*|address|phone number|cell number|mobile)|this (?:number|phone|contact)|our (?:number|name|info\w*)|out of|yourself)\b(?: (?:off|from|out|number|removed|taken|deleted))?(?! (?:on the (?:tour|showing)|to see|through))(?=[^.]*\b(?:off|from|out|list|lists|system|database|db|records|crm|number|name|info|data|removed|contact|contacts|phone|email|files?)\b|$|[ ,?]*(?:please|pls|thanks|now|asap|immediately)|[,?])", "asks to be removed"),
    (r"^(?:\w+ ){0,3}(?:remove|delete|unlist) (?:me|us)(?: (?:please|pls|now|thanks|thank you|asap|immediately|already))*$", "asks to be removed"),
    (r"\b(?:want|like|need|ask\w*|asking|demand|request|wish|please have) (?:\w+ ){0,4}(?:to be |be |being |my \w+ )?(?:removed|taken off|deleted|unsubscribed|unlisted|opted out)\b", "asks to be removed"),
    (r"\btake (?:me|us|my \w+|this \w+)(?: \w+){0,2} off\b(?! (?:hold|speaker))", "asks to be removed"),
    (r"\b(?:get|getting|be) (?:me |us )?off (?:of )?(?:this|your|the|ur) (?:\w+ )?(?:list|lists|thing|text|chain|thread|call list)\b", "asks to be removed"),
    (r"\b(?:lose|forget|delete|trash|ditch|burn|throw (?:away|out)|toss) (?:my|this|our) (?:number|digits|info\w*|phone|contact|email|cell)\b", "asks to be forgotten"),
    (r"\b(?:unsubscrib\w*|unsuscrib\w*|unsubcrib\w*|unsubscrb\w*|un subscribe|unsuscribe|desubscribe)\b", "unsubscribes"),
    (r"\bopt(?:ing|ed)?[ -]?(?:me |us )?out\b(?! of (?!this|these|those|all|any|your|the|text|mess|call|email|mail|sms|receiv|get|being|future|further|everything|marketing|promo|notif|alert|commun|contact|here|it))", "opts out"),
    (r"\b(?:revoke|revoking|withdraw|withdrawing|rescind|rescinding|cancel|retract) (?:\w+ ){0,2}(?:consent|permission|authorization|optin|opt in)\b", "revokes consent"),
    (r"\bcease (?:and|&|n) desist\b|\bcease (?:all|any|and)\b", "cease and desist"),
    (r"\b(?:incorrect|bad) (?:number|person|phone number)\b(?! of)|\bwrong (?:number|person|#|num|nbr|party|guy|girl|lady|man|woman|dude|contact|phone|recipient|one\b(?= ?$)|\w+ (?:number|phone))|\bnot (?:the |who you |whom you |her |his |their )?(?:person you|who you|right (?:person|number|guy)|(?:the )?one you|her number|his number|their number|the owner of)", "wrong number"),
    (r"\b(?:this|that) (?:isnt|is not|aint|isn t|no longer is|is no longer|wasnt|is nt) (?:\w+'?s? )?(?:\w+ )?(?:number|phone|cell|line|him|her)\b(?! (?:one|i))|^(?:hi |hey |sorry |no )*(?:,? ?)*(?:this|im|i am|its) (?:isnt|is not|aint|not) (?!a |an |the |for |my |our |what |that |it|good|going|sure|interested|in |ready|able|available|home|here|at |looking|near|really|too|so |about|on |comfortable|happy|familiar|allowed|convinced|certain|free|worth|enough|right|working|urgent|fair|quite|even|trying|buying|selling|moving|from|as |getting|seeing|using|your|yet|very|all|any|okay|ok)\w+$", "wrong number: somebody else has it"),
    (r"\b(?:no ?one|nobody|no (?:person|\w+)|there is no ?\w*|theres no ?\w*|not anyone) (?:here )?(?:by|with|called|named|at|has) (?:that|this) (?:name|number)\b|\b(?:there is|theres|there s) no (?!way|need|rush|hurry|problem|pool|hoa|garage|point|time|reason|chance|doubt|parking|school|basement|yard|one thing|hot)\w+ (?:here|at this number|on this number)\b|\bno (?:\w+ )?(?:here|at this number)(?: by that name)?$|\b(?:nobody|no ?one|noone|no person|not anyone) (?:named|called|by the name of) (?!me\b|us\b|back|yet|about|him|her|them|today|yesterday|last|this|that|from|to\b|in\b|on\b|at\b|when|here)\w+", "wrong number: somebody else has it"),
    (r"\b(?:dont|do not) know (?:any|a|anyone|anybody|who|this)(?: (?:named|called|by))? ?(?!we|i|if|what|how|you|much|the|about|whether|when|where|yet|more|thing|other|good|agents?|lenders?|way|of)\w+\b[^.]*(?:number|person|wrong|here|is|$)(?=$|[ ,.])(?<!know)", "wrong number: somebody else has it"),
    (r"\b(?:just|recently) (?:got|get|received|changed|switched) (?:this|a new|the|my) (?:phone )?(?:number|phone number)\b(?![^.]*\bsave\b)|\bnew owner of (?:this|the) (?:number|phone)|\b(?:this|the) (?:number|phone) (?:belongs|now belongs|is now|was reassigned|has been reassigned|has changed|used to be)\b|\b(?:not|isnt|no longer) (?:who|whom) you (?:think|are looking|want|re looking)\b|\bhad this number (?:for|since)\b|\b(?:passed away|is deceased|has died|died last|is dead)\b", "wrong number: somebody else has it"),
    (r"(?:^|\b(?:this is|thats|that is|its|is|reached|texting|calling|messaging|to|on|have|got|using) (?:a |my |an |our |her |his |the )*(?:\w+ )?)(?:minors?|childs?|kids?|sons?|daughters?|toddlers?|grand ?(?:son|daughter|child)s?) (?:phone|number|cell|ipad|tablet|device)\b|\bim (?:a minor|(?:only )?(?:[89]|1[0-7])(?: years old| yrs?| yo)?(?= and|$|,| years| so))|\bi am (?:a minor|(?:only )?(?:[89]|1[0-7]) years)|\b(?:[89]|1[0-7])(?: |-)years?(?: |-)old\b(?=[^.]*(?:phone|number|texting|me))", "wrong number: a minor's phone"),
    (r"\b(?:this is|its|is|pure|total|straight|more|illegal|damn|just|with (?:the|this|your)|your) (?:spam\w*|harass\w*)\b|\bspam(?:mer|mers|ming)\b|\bharass(?:ing|ment|ed)?\b|\b(?:you (?:are|re|guys are)|youre|u r) (?:a )?(?:\w+ )?(?:scam\w*|spam\w*|creeps?|stalk\w*)\b", "complains"),
    (r"\b(?:report|reported|reporting) (?:you|u|this|your|as|it as|it to|for spam|spam|these|number|both)\b(?! (?:card|at closing|the))|\breported (?:to|for)\b|\b(?:mark(?:ed|ing)?|flag(?:ged|ging)?|report\w*) (?:\w+ )?as (?:spam|junk)\b|\b(?:fcc|ftc|tcpa|bbb|better business|attorney general|do not call (?:list|registry)|dnc)\b", "complains to an authority"),
    (r"\b(?:(?:will|gonna|going to|ill|can|could|we|to|should|ima|might) sue(?: (?:you|u|your)\b|$)|sue (?:you|u|your)\b|suing you|lawsuit|legal action|press charges|file (?:a )?(?:complaint|charges|suit|report)|filing (?:a )?(?:complaint|charges|suit)|hear(?:ing)? from my (?:lawyer|attorney)|call(?:ing)? (?:a|my|the) (?:lawyer|attorney|police|cops)|(?:lawyer|attorney) (?:will|is going to|if|soon|now|is gonna))\b(?! (?:the (?:seller|builder|contractor|bank|hoa)|him|her|them|review|look|handle|send|call you|email|draft|be at))", "threatens legal steps"),
    (r"^(?:im |i am |ill |i will |you are |youre |you |ur |consider yourself |number |will be )*(?:being |getting |now )?(?:block|blocked|blocking)(?: (?:you|u|this|ur|your|and|number|the|it|now|reported|\w+ing)\b.*)?$|\bblock(?:ing|ed)? (?:you|u|this|your) (?:number|contact|and|now|as)?", "blocks us"),
    (r"\bf[\W_]{0,4}(?:u|\*)?[\W_*]{0,4}(?:c|\*)?k?[\W_*]{0,3} ?(?:off|you|u)\b|\bf\*+\w* (?:off|you|u)\b|\b(?:eff|fk|fuk|fck|fuc|fck|f|fuq|bug+er|piss|sod|buzz|screw|frick|eat shit)(?:ing|er)? (?:off|you|u)\b|\b(?:gtfo|stfu|fu|foad|kys)\b|\bgo (?:to hell|f\w+ your\w*|away|jump)\b|\bget (?:lost|bent|stuffed|out of my (?:phone|life)|a life)\b|\bkick rocks\b|\bshut (?:up|the)\b|\bscrew (?:you|off)\b|\b(?:up yours|kiss my|bite me|eat shit)\b", "tells us to go away"),
    (r"\bleave (?:me|us|this (?:number|family)|my \w+|him|her)(?: \w+){0,2} (?:alone|be|the \w+ alone|tf alone)\b|\blet (?:me|us) (?:be|alone)\b|\b(?:bug|buzz|back) off\b", "wants to be left alone"),
    (r"^(?:(?:hi|hey|hello|sorry|no|nah|nope|thanks|thank you|thx|ok|okay|please|again|still|im|i am|i m|we|we are|were|was|definitely|really|just|absolutely|honestly|both|guys|am|are|totally|but|at all|any|longer|never|so|very|and|my wife and i|my husband and i|,) ?)*(?:not (?:at all |really |remotely )?(?:interested|intrested|intersted|interest)|no (?:longer )?interest(?:ed)?|uninterested|no interest)(?: (?:any ?more|at all|thanks|thank you|thx|ty|please|pls|sorry|in (?:this|your \w+|any of (?:this|it)|anything|what\w* you\w*(?: \w+){0,3}|it|your (?:service|offer)s?)|period|bye|goodbye|good luck|have a (?:good|nice|great) \w+|guys|man|sir|maam|in the least|and never (?:was|will be)))*(?: ?,? ?(?:thanks|thank you|thx|bye|sorry|please|remove\w*|stop))*$", "is not interested"),
    (r"\b(?:no longer|not) interested\b[^?]*\b(?:remove|stop|never|dont|do not|lose|delete|take)\b", "is not interested"),
    (r"^(?:ok |okay |alright |please |thats |that is |that s |hey |thanks |thank you |seriously |ive had |i have had |i ve had |had )*enough(?: (?:already|please|is enough|now|thanks|thank you|of this|of you))*$", "has had enough"),
    (rf"^(?:please )?(?:discontinue|desist|cease|terminate|deactivate|unsub|unenroll|disenroll|deregister|disconnect)(?: (?:{THINGS}|me|this|all|please|now|immediately))*$", "asks to stop"),
    (r"\bend (?:this|all of this|it (?:all|now)|the (?:messages|texts|spam)|these \w+)\b(?! (?:week|month|year|quarter|deal|sale|call|lease|contract|loan|meeting|cycle))", "asks to stop"),
    (r"\bi (?:said|told you|already said) (?:no|stop|to stop|im not)\b|\b(?:told|asked|asking|telling|begging|begged) (?:you|u|yall|you guys|you people) (?:\w+ ){0,4}(?:to )?(?:stop|quit|cease|leave|not to|no)\b", "repeats the wish"),
    (r"\b(?:no means no|which part of (?:stop|no)|what part of (?:stop|no))\b", "repeats the wish"),
    (r"^stop(?: (?:me|us|texts?|sms|msgs?|messages?|calls?|emails?|text|message|call|email|calling|texting|emailing|all|everything|and|,|please|the|these|all of it|forever|pls))*$", "asks to stop"),
    (r"\b(?:you are|youre|u r|ur) (?:\w+ )?(?:bothering|annoying|disturbing|harassing) (?:me|us)\b", "complains"),
    (r"\bwaste of (?:my )?time\b.*\b(?:stop|bye|go)\b", "complains"),
)

# Words that leave a doubt when nothing above has settled it: the machine waits until a person has read the message.
DOUBT = (
    rf"\bwhy (?:do|are|r|would|am|did) (?:you|u|yall|i|you (?:guys|people)) (?:\w+ )?(?:keep|still|constantly|always|getting|continue)\b", rf"\bkeeps? (?:on )?(?:getting|sending|{REACH})\b(?! (?:me |us )?(?:posted|the|more|updates|listings|those|these|them coming|houses|homes))",
    r"\b(?:off|from) (?:the|your|this|ur) (?:\w+ )?lists?\b", r"\b(?:creep\w*|jerk\w*|idiot\w*|pathetic|disgusting|scum|loser\w*|annoying|unwanted|unsolicited|illegal|intrusive|invasive|nuisance)\b",
    r"\b(?:sick|tired|fed up|done) (?:of|with) (?:you|this|these|it|all|the|your|hearing)\b", r"\b(?:dont|do not|didnt|did not|never) (?:want|need|ask for|asked for) (?:your|this|these|those|them|any of|it)\b(?! (?:house|home|one|to|property|area|place|too|much))",
    r"\bnot (?:my|his|her|their) (?:number|phone|name)\b", r"\bno longer at this\b", r"\bpassed away\b|\bdeceased\b|\bdied\b", r"\bprivacy\b", r"\bconsent\b", r"\bcomplain\w*\b", r"\bblock(?:ed|ing)?\b(?= ?(?:$|you|this|number|u))",
    r"\bgood ?bye\b", r"\bmoved on\b", r"\bhow (?:do|can) (?:i|we) (?:get rid|turn (?:this|these) off|end (?:this|these)|cancel)\b", r"\bnever (?:signed|asked|requested|agreed)\b", r"\bno (?:contact|calls?|texts?|emails?|soliciting|solicitation|spam)\b",
    r"\bstop(?:s|ped|ping)?\b", r"\bquit\b", r"\bunsub\w*", r"\boptout\b", r"\bopt(?:ing|ed) out\b", r"\bspam\w*", r"\bscam\w*", r"\bharass\w*",
    r"\bcease\b", r"\brevoke\w*", r"\bremove me\b", r"\bnot interested\b", r"\bno interest\b", r"\bleave me\b", r"\blawyer\b|\battorney\b",
    r"^(?:no|nope|nah) (?:thanks?|thank you|thx|ty)$", r"\bno thanks\b$", r"\b(?:dont|do not|never|no) (?:\w+ )?(?:call|text|email|contact|message|bother)s?\b",
    r"\bcancel(?: it| this| that| everything| all)?$", r"\bwrong (?:number|person|#)", r"\bf\*+\b|\bfuck\w*|\bwtf\b", r"\balready (?:bought|closed|purchased|have an? (?:agent|lender|realtor))\b",
    r"\bwent with (?:another|someone|somebody|a different)\b", r"\bdid ?nt (?:ask|sign)\b", r"\bhow did you get (?:my|this) (?:number|info|name|email|contact)\b", r"\bwho gave you\b",
    r"\bwho dis\b", r"\bnew phone\b", r"\bprivate (?:number|line)\b", r"\bstp\b", r"\bdo not disturb\b", r"\bwhere did you get (?:my|this)\b", r"\bnot (?:buying|selling|looking|moving)\b(?: anymore| any ?more| any longer)$",
)
