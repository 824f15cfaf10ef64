"""Spanish."""

_DO = (
    r"(?:llam\w*|escrib\w*|mand\w*|envi\w*|molest\w*|contact\w*|texte\w*|mensaj\w*|fastidi\w*|acos\w*|marc(?:ar\w*|ando\w*|en|ue\w*)|marqu\w*|habl\w*|insist\w*|"
    r"busc\w*|comuni\w*|hostig\w*|jod\w*|ching\w*|spam\w*|whatsap\w*)"
)
_THINGS = r"(?:mensajes?|mensajitos?|textos?|llamadas?|correos?|emails?|sms|spam|notificaciones|anuncios|publicidad|promociones|ofertas|alertas|whatsapps?)"
_LATER = r"(?! ?(?:antes|despues|hoy|manana|ahora|todavia|aun|por la|en la|en el|durante|hasta|mientras|a las|los|el (?:lunes|martes|miercoles|jueves|viernes|sabado|domingo)|esta|este|si|cuando|tarde|tan|al trabajo|al|con|de noche|en|ya que|entre|sin|por telefono|solo))"

BENIGN = (
    r"\bno (?:me |nos )?(?:deje|dejen|dejes|deja|pare|paren|pares|cancele|cancelen|cese|cesen)\b[^.?,]*",
    r"\b(?:planta|plantas|piso|pisos|mas|muy|tasa|tasas|renta|presion|zona|precio|precios|calle|parte|de la|esta|estan|la|prima|tan|bastante|comision|cuota|hipoteca|interes|intereses) (?:mas )?(?:baja|alta|alto|bajo|altos|altas|bajas)\b",
    r"\b(?:alto|alta|baja|bajo) (?:o|u|y) (?:alta|baja|alto|bajo)\b|\bbaja (?:el|la|los|las|un|por|temperatura|california|velocidad)\b|\bsi baja\w*\b|\bcuando baj\w*\b|\bbaja de precio\b|\bdar de alta\b",
    r"\bpara (?!ya$|ya |por favor|de |con|$|mismo|porfa|ahora)\w+",
    r"\bparada\w*\b|\bpare en\b|\bparo en\b|\bparar (?:en|por|a)\b|\bse para\b|\bparen? en\b",
    r"\bdej(?:e|o|amos|aron|aste|ar|amos|ando|a) (?:la|el|los|las|un|una|mi|su|tu|mis|sus|que|todo|algo|saber|dicho|le|en|ver|pasar|mensaje|recado|una?|\$)\b[^.?]*",
    r"\bdej(?:eme|ame|enme) (?:saber|ver|pensar|checar|consultar|revisar|hablar|un|una|la|el|preguntar|confirmar|lo|le|su|dicho)\b[^.?]*",
    r"\b(?:cancel\w+|anular?|quit\w+|elimin\w+|borr\w+|remov\w+) (?:la|el|mi|una|un|nuestra|las|los|esa|ese|su) (?:cita|visita|reunion|tour|recorrido|oferta|contrato|llamada|aplicacion|solicitud|alberca|piscina|cerca|alfombra|pared|tina|prestamo|inspeccion|cierre|reservacion|deuda|credito|hipoteca|seguro|poliza|de)\w*\b[^.?]*",
    r"\b(?:puedo|podemos|puede|pueden|quiero|quisiera|necesito|tengo que|hay que) (?:cancelar|mover|cambiar) (?:la|el|mi)\b[^.?]*",
    r"\b(?:fin|fines|a finales|al final|final|finales) (?:de|del)\b[^.?,]*|\bpor fin\b|\bal fin\b|\ben fin\b",
    r"\bno me interesan? (?:es[ae]|est[ae]|es[ao]s|est[ao]s|l[ao]s?|un[ao]?|tanto|mucho|ningun)\b[^.?]*",
    r"\bno (?:quiero|necesito|deseo) (?:una?|el|la|los|las|perder|gastar|pagar|vivir|comprar|vender|rentar|tan|tanto|otro|otra|alberca|piscina)\b[^.?]*",
    r"\bno (?:conozco|se) (?:la|el|esa|ese|bien|si|como|cuando|cuanto|que|donde|nada|mucho|el area)\b[^.?]*",
    r"\bprefiero (?:mensajes?|textos?|llamadas?|correos?)\b[^.]*",
    r"\b(?:es|son|no es|seria|con|tengo|hay) suficiente\w*\b|\bsuficiente\w* (?:para|espacio|dinero|con)\b",
    r"\bde (?:ida y )?vuelta\b|\bsalir (?:de|a|en|con|del|al|adelante|temprano|tarde|el|la)\b",
)

OPT_OUT = (
    (rf"\b(?:deje|dejen|deja|dejad|dejar|dejese|dejense|dejate|ya deje|pare|paren|para|parad|parar|cese|cesen|cesar|basta|detenga|detengan|detener|detenganse|eviten|evite|termine|terminen|alto) (?:ya |por favor |de una vez |inmediatamente |con |a )*(?:de |con |a |los |las |sus |tantos? |tantas? |ya )*(?:estar |seguir |andar )?(?:me |nos )?(?:{_DO}|{_THINGS})", "pide que paremos"),
    (rf"\bno (?:me |nos |le |les )?(?:quiero que |quiero |deseo que |deseo |vuelv\w+ a |sig\w+ |siga |intente |intenten )*(?:me |nos )?(?:llam(?:e|en|es|ar|arme|ando|andome|eis)|escrib(?:a|an|as|ir|irme|iendo|iendome)|mand(?:e|en|es|ar|arme|ando|andome)|envi(?:e|en|es|ar|arme|ando|andome)|molest(?:e|en|es|ar|arme|ando)|contact(?:e|en|es|ar|arme|ando)|texte(?:e|en|es|ar|arme|ando)|marqu(?:e|en|es)|marc(?:ar|arme|ando)|habl(?:e|en|es|arme)|busqu(?:e|en|es)|insist(?:a|an|as)|jod(?:a|an|as)|chingu\w+|acos\w+|mensaje\w*)\b{_LATER}", "pide que no lo contactemos"),
    (rf"\bno (?:quiero|deseo|quisiera|necesito|acepto|autorizo|autorice|pedi|solicite|di permiso|consiento)\b (?:\w+ ){{0,3}}(?:{_THINGS}|recib\w+|mas(?= ?$)|que me \w+|ser contactad\w|saber (?:mas|nada)|nada(?= ?$| (?:de|con) ustedes| mas)|esto|permiso)", "no quiere mensajes"),
    (rf"\b(?:no mas|ya no mas|no|ni un|nunca|ningun|ninguna|sin|basta de|harto de|harta de|cansad[oa] de|ya estuvo de|alto a|alto con|fin a) (?:mas |los |las |sus |tantos? |tantas? |otro |otra |de |con )*{_THINGS}\b(?! (?:por ahora|hoy|todavia))", "no quiere mas mensajes"),
    (r"^(?:por favor |ya |que |pues |ok |bueno |no gracias |gracias )*(?:no mas|ya no|no mas ya|nunca mas|ya no mas|no molest\w+|no llam\w+|no escrib\w+|no mand\w+)(?: (?:por favor|gracias|porfa|ya|porfavor))*$", "no quiere mas"),
    (r"\bya no (?:me |nos |quiero|deseo|estoy interesad|necesito|busco|llam|escrib|mand|envi|molest|contact|insist)\w*", "ya no quiere"),
    (r"\bno (?:me|nos|le) (?:interes\w+)(?: (?:gracias|nada|para nada|en lo absoluto|mas|en absoluto|su\w* \w+|comprar|vender|esto|lo que \w+|por favor|adios))*(?= ?(?:$|,))|\bno (?:estoy|estamos) interesad\w+(?! en (?:es|est|la|el|un))|\bsin interes$|\bno tengo interes\b", "no le interesa"),
    (r"\b(?:quit(?:en|e|a|ar|ame|eme|enme|enos|arme)|saqu(?:en|e|eme|enme|enos)|sac(?:a|ame|ar|arme)|borr(?:e|en|a|ar|eme|enme|ame|arme|enos)|elimin(?:e|en|a|ar|eme|enme|ame|arme|enos)|remuev\w+|remov\w+|retir(?:e|en|eme|enme|ame|ar|arme)|tach\w+|suprim\w+|exclu\w+)\b(?=[^.]*\b(?:lista|numero|nombre|datos|base|contactos?|telefono|correo|sistema|informacion|me|registros?)\b|$| ?(?:por favor|ya|gracias|porfa))", "pide que lo quitemos"),
    (r"\b\w*(?:quitenme|quiteme|quitame|saquenme|saqueme|sacame|borrenme|borreme|borrame|elimin[ea]n?me|remuevan?me|retiren?me)\b", "pide que lo quitemos"),
    (r"\b(?:dar(?:me|nos)?|denme|deme|dame|den|doy|dar|dado|darse|dense) (?:ya )?de baja\b|\bde baja (?:por favor|ya|de)\b|\b(?:baja|cancel\w+|anul\w+) (?:mi |la |esta |el |los |las |de )*(?:suscripcion|subscripcion|servicio|mensajes|textos|inscripcion|registro|alertas|correos|lista)\b|^(?:quiero |por favor )*(?:la )?baja(?: por favor| ya| gracias| total| inmediata)*$", "se da de baja"),
    (r"\b(?:desu\w*scri\w+|desinscri\w+|dessuscri\w+|anular suscripcion|unsubscri\w+)\b", "se da de baja"),
    (r"\b(?:numero|persona|telefono|contacto|gente) (?:equivocad\w|incorrect\w|erroneo|errado)\b|\b(?:se |te |esta |estan |estas )?(?:equivoc(?:o|aron|aste|ado|ada|ados|adas)|equivoc\w+) (?:de |el )?(?:numero|persona|telefono)|^(?:esta |estas |estan |numero )?equivocad\w+$|\bno soy (?!de|el dueno|la duena|buen|muy|un|una|tan|rico|dueno|ciudadan|residente|interesad)\w+|\baqui no (?:vive|hay|es|esta)\b|\beste no es (?:el |su )?(?:numero|telefono|celular)?|\bno es (?:el |mi )?(?:numero|telefono) de\b|\bno (?:conozco|conocemos) a\b|\bnumero nuevo\b|\bacabo de (?:obtener|recibir|cambiar) (?:este|el) numero\b|\b(?:telefono|celular|numero) de (?:mi|un|una|su) (?:hij\w|nin\w|menor)\b|\bsoy menor de edad\b|\bfallecio\b|\bya no (?:es (?:de|el|mi|su)|pertenece|le pertenece|vive)\b|\bnumero (?:ya )?no (?:es|le pertenece|pertenece)\b|\bse equivoc\w+\b(?=$| de)", "wrong number: numero equivocado"),
    (r"\bdej\w+ (?:ya )?(?:en paz|tranquil\w|de joder|de chingar)\b|\b(?:no moleste\w*|no jod\w+|no chingu\w+|vay(?:a|an)se|vete|lar[gj]u?\w+|pudr\w+|chinga tu|chingu\w+|vete al|jodete|jodanse|pendej\w+|hij\w+ de)\b", "pide que lo dejemos en paz"),
    (r"\b(?:acos\w+|hostig\w+|denunci\w+|demand(?:a|ar|are|o|arlos|arl\w+)|reporta\w+|bloque(?:ar|o|ado|ada|ando|are|ar\w+)|abogad[oa]s? (?:va|se|los)|estaf\w+|fraude)\b(?! (?:la casa|el vendedor|mi cuenta))", "se queja"),
    (r"\b(?:revoco|retiro|cancelo|anulo) (?:mi |el |todo )*(?:consentimiento|permiso|autorizacion|suscripcion)\b", "retira su permiso"),
    (r"^(?:ya |por favor |que |ok |pues |stop |no gracias |ya no |y )*(?:basta|para|paren|pare|parale|parenle|alto|detente|detengan(?:se)?|detengase|deten|suficiente|parele|ya estuvo)(?: (?:ya|por favor|gracias|porfa|porfavor|mas|de una vez|ahora|basta|alto|stop|mismo|con esto|con eso|esto|eso|de esto))*$", "pide que paremos"),
    (r"\b(?:les|le|te|ya) (?:dije|pedi|he dicho|he pedido|repito) (?:\w+ ){0,4}(?:que |no|pare\w*|dej\w*|basta|alto)", "repite su deseo"),
    (r"\bstop\b(?= ?(?:por favor|porfa|ya|gracias|mensajes|$))", "pide que paremos"),
)

DOUBT = (
    r"\bbasta\b", r"\bparen?\b", r"\bdejen?\b", r"^no gracias$", r"\bde baja\b", r"^cancel\w*(?: \w+)?$", r"\bno me (?:llam|escrib|mand|envi|moleste|contact)\w*", r"\bequivocad\w+\b",
    r"\bno me interesa\b", r"\bya (?:compre|compramos|encontre|encontramos)\b", r"\bno (?:llamen?|escriban?|manden?|envien?)\b", r"\bprefiero\b[^.]*\bno\b", r"\bcomo (?:consiguio|obtuvo|tiene) mi numero\b",
    r"\bdeten\w+\b", r"\belimin\w+me\b", r"\bspam\b",
)
