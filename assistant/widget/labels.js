// The words of the widget: one on a line, in the order of `WORDS`. `#` is a number, `##` a title or a second number.
const WORDS = `title placeholder hello send stop close fresh reading cite open show source refused nearest partial partly
  understood withheld stale cited copy copied up down retry offline unreachable forbidden busy broken failed found lost`.split(/\s+/);

const LABELS = {
  en: `Ask this wiki
    Your question
    Each sentence of the answer shows the sentence that it comes from.
    Ask
    Stop
    Close
    New conversation
    Reading the documents…
    Citation #: ##
    Open in page
    Show on this page
    Open the source
    The documents do not answer this.
    The sentences that come nearest:
    The documents answer only part of this.
    partly supported
    Understood as: ##
    Sentences withheld because they are not supported: #
    The source has changed since.
    # of ## sentences cited
    Copy the answer with its citations
    Copied
    Helpful
    Not helpful
    Try again
    You are offline.
    The assistant cannot be reached.
    This page is not allowed to use the assistant.
    Too many questions right now.
    The answer broke off.
    Something went wrong.
    Highlighted on this page.
    The sentence was not found on this page. It may have changed.`,
  de: `Frag dieses Wiki
    Ihre Frage
    Jeder Satz der Antwort zeigt den Satz, aus dem er stammt.
    Fragen
    Anhalten
    Schließen
    Neues Gespräch
    Die Dokumente werden gelesen…
    Beleg #: ##
    In der Seite öffnen
    Auf dieser Seite zeigen
    Quelle öffnen
    Die Dokumente beantworten das nicht.
    Die Sätze, die dem am nächsten kommen:
    Die Dokumente beantworten nur einen Teil davon.
    teilweise belegt
    Verstanden als: ##
    Nicht belegte und daher weggelassene Sätze: #
    Die Quelle hat sich seitdem geändert.
    # von ## Sätzen belegt
    Antwort mit Belegen kopieren
    Kopiert
    Hilfreich
    Nicht hilfreich
    Noch einmal versuchen
    Sie sind offline.
    Der Assistent ist nicht erreichbar.
    Diese Seite darf den Assistenten nicht verwenden.
    Gerade gibt es zu viele Fragen.
    Die Antwort ist abgebrochen.
    Etwas ist schiefgegangen.
    Auf dieser Seite markiert.
    Der Satz steht nicht auf dieser Seite. Vielleicht wurde er geändert.`,
  fr: `Interroger ce wiki
    Votre question
    Chaque phrase de la réponse montre la phrase dont elle provient.
    Demander
    Arrêter
    Fermer
    Nouvelle conversation
    Lecture des documents…
    Citation # : ##
    Ouvrir dans la page
    Montrer sur cette page
    Ouvrir la source
    Les documents ne répondent pas à cette question.
    Les phrases les plus proches :
    Les documents ne répondent qu’en partie.
    partiellement étayé
    Compris comme : ##
    Phrases non étayées, donc retenues : #
    La source a changé depuis.
    # phrases citées sur ##
    Copier la réponse avec ses citations
    Copié
    Utile
    Pas utile
    Réessayer
    Vous êtes hors ligne.
    L’assistant est injoignable.
    Cette page n’est pas autorisée à utiliser l’assistant.
    Trop de questions en ce moment.
    La réponse a été interrompue.
    Une erreur est survenue.
    Surligné sur cette page.
    La phrase est introuvable sur cette page. Elle a peut-être changé.`,
  es: `Pregunta a este wiki
    Su pregunta
    Cada frase de la respuesta muestra la frase de la que procede.
    Preguntar
    Detener
    Cerrar
    Nueva conversación
    Leyendo los documentos…
    Cita #: ##
    Abrir en la página
    Mostrar en esta página
    Abrir la fuente
    Los documentos no responden a esto.
    Las frases más cercanas:
    Los documentos responden solo en parte.
    respaldado en parte
    Entendido como: ##
    Frases no respaldadas y por eso omitidas: #
    La fuente ha cambiado desde entonces.
    # de ## frases citadas
    Copiar la respuesta con sus citas
    Copiado
    Útil
    No útil
    Reintentar
    No hay conexión.
    No se puede contactar con el asistente.
    Esta página no puede usar el asistente.
    Hay demasiadas preguntas ahora.
    La respuesta se interrumpió.
    Algo salió mal.
    Resaltado en esta página.
    La frase no está en esta página. Puede haber cambiado.`,
  ja: `この Wiki に質問
    質問を入力
    回答の各文に、出典の文が示されます。
    質問する
    停止
    閉じる
    新しい会話
    文書を読んでいます…
    引用 #: ##
    ページで開く
    このページで表示
    出典を開く
    文書に答えはありません。
    最も近い文:
    文書で答えられるのは一部だけです。
    一部のみ裏付けあり
    質問の解釈: ##
    裏付けがないため表示しなかった文: #
    引用後に出典が変更されました。
    ## 文中 # 文に引用あり
    引用付きで回答をコピー
    コピーしました
    役に立った
    役に立たなかった
    再試行
    オフラインです。
    アシスタントに接続できません。
    このページではアシスタントを使用できません。
    現在、質問が多すぎます。
    回答が途中で切れました。
    問題が発生しました。
    このページで強調表示しました。
    この文はページに見つかりません。変更された可能性があります。`,
};

// One of them in a language, with its number and its title.
function label(language, word, number, title) {
  const text = LABELS[language].split(/\n\s*/)[WORDS.indexOf(word)];
  return text.replace(/##?/g, (mark) => (mark === "#" ? number : title));
}
