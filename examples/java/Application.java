import java.io.*;
import java.net.*;
import java.net.http.*;
import java.time.Duration;
import java.util.*;
import java.util.concurrent.*;
import javax.xml.parsers.DocumentBuilderFactory;
import org.w3c.dom.Document;

/** Creates a task, follows it, and works it as its agent: java Application.java (Java 17, no libraries). */
public class Application implements WebSocket.Listener {
    static final Map<String, String> SETTINGS = System.getenv();
    static final String FEED_URL = SETTINGS.getOrDefault("FEED_URL", "http://127.0.0.1:8080/ccp/task/feed/100080");
    static final String FINESSE_URL = SETTINGS.getOrDefault("FINESSE_URL", "http://127.0.0.1:8082/finesse/api");
    static final String EVENTS_URL = SETTINGS.getOrDefault("EVENTS_URL", "ws://127.0.0.1:7071/ws/");
    static final String AGENT = SETTINGS.getOrDefault("AGENT", "1081"), PASSWORD = SETTINGS.getOrDefault("PASSWORD", "ccelab");
    static final Map<String, String> PATHS = Map.of("user", "/User/" + AGENT, "media", "/User/" + AGENT + "/Media/5011");
    static final String TASK = "<Task><name>ann@example.org</name><title>Card lost</title><scriptSelector>CumulusTask</scriptSelector>"
        + "<variables><variable><name>cv_1</name><value>Ann</value></variable></variables></Task>";
    static final int DEADLINE = 30; // seconds that each step may take
    static final HttpClient HTTP = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    final BlockingQueue<String> stanzas = new LinkedBlockingQueue<>();
    final StringBuilder piece = new StringBuilder();
    final Map<String, String> states = new HashMap<>(); // of user, media and dialogs
    String taskUrl, status = "";

    public static void main(String[] arguments) throws Exception {
        var application = new Application();
        try {
            application.work();
        } catch (ConnectException error) {
            System.err.println("no lab at " + FEED_URL);
            System.exit(1);
        } finally {
            // Also after a failure: the next run finds the lab as this one did. What has ended already cannot be cancelled.
            if (!application.status.equals("handled")) request("DELETE", application.taskUrl, "");
            if (!application.states.isEmpty()) application.signOut();
        }
    }

    /** The task, as the customer's side sees it once it has such a status. A new status is printed. */
    Document poll(String wanted) throws Exception {
        for (int tries = 0; tries < 10 * DEADLINE; tries++, Thread.sleep(100)) {
            var task = parse(request("GET", taskUrl, "").body());
            if (!status.equals(textOf(task, "status"))) System.out.println("task is " + textOf(task, "status"));
            status = textOf(task, "status");
            if (status.matches(wanted)) return task;
        }
        throw new TimeoutException("waited for " + wanted);
    }

    /** Notifications over WebSocket (RFC 7395). Once its own presence comes back, a desktop misses no event. */
    void connect() throws Exception {
        var domain = textOf(parse(request("GET", FINESSE_URL + "/SystemInfo", "").body()), "xmppDomain");
        var stream = HTTP.newWebSocketBuilder().subprotocols("xmpp").buildAsync(URI.create(EVENTS_URL), this).get();
        var secret = Base64.getEncoder().encodeToString(("\0" + AGENT + "\0" + PASSWORD).getBytes());
        var open = "<open xmlns='urn:ietf:params:xml:ns:xmpp-framing' to='" + domain + "' version='1.0'/>";
        var auth = "<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>" + secret + "</auth>";
        var bind = "<iq xmlns='jabber:client' type='set' id='1'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/></iq>";
        var steps = List.of(open, "features", auth, "success", open, "features", bind, "iq", "<presence xmlns='jabber:client'/>", "presence");
        for (int at = 0; at < steps.size(); at += 2) {
            stream.sendText(steps.get(at), true).get();
            while (!hear().equals(steps.get(at + 1))) {}
        }
    }

    @Override public CompletionStage<?> onText(WebSocket stream, CharSequence text, boolean isLast) {
        piece.append(text);
        if (isLast) stanzas.add(piece.toString());
        if (isLast) piece.setLength(0);
        return WebSocket.Listener.super.onText(stream, text, isLast);
    }

    /** Takes in the next stanza, and says what it is. */
    String hear() throws Exception {
        var stanza = parse(Objects.requireNonNull(stanzas.poll(DEADLINE, TimeUnit.SECONDS), "nothing was heard"));
        if (!textOf(stanza, "notification").isEmpty()) {
            var update = parse(textOf(stanza, "notification"));
            var about = update.getElementsByTagName("data").item(0).getFirstChild().getNodeName();
            if (about.equals("apiErrors")) throw new IllegalStateException(textOf(update, "errorMessage"));
            states.put(about.startsWith("dialog") ? textOf(update, "id") : about.toLowerCase(), textOf(update, "state"));
        }
        return stanza.getDocumentElement().getLocalName();
    }

    /** As it was before the first event, or as the latest one said. Of a dialog it is the agent's own part. */
    void waitFor(String of, String wanted) throws Exception {
        while (!state(of).equals(wanted)) hear();
        System.out.println("agent: " + of + " " + wanted);
    }

    String state(String of) throws Exception {
        if (!states.containsKey(of)) {
            var answer = request("GET", FINESSE_URL + PATHS.getOrDefault(of, "/Dialog/" + of), "");
            states.put(of, answer.statusCode() == 200 ? textOf(parse(answer.body()), "state") : "LOGOUT");
        }
        return states.get(of);
    }

    /** Unless it is so already, changes whether the agent is signed in, and waits until that is so. */
    void sign(String of, String body, String wanted) throws Exception {
        if (state(of).equals("LOGOUT") == wanted.equals("LOGOUT")) return;
        put(PATHS.get(of), body);
        waitFor(of, wanted);
    }

    /** Creates a task, signs in, works the task once it is reserved, and waits until the customer's side hears that it is handled. */
    void work() throws Exception {
        taskUrl = request("POST", FEED_URL, TASK).headers().firstValue("Location").orElseThrow();
        System.out.println("created " + taskUrl);
        poll("queued|reserved");
        connect();
        sign("user", "<User><state>LOGIN</state><extension>" + AGENT + "</extension></User>", "NOT_READY");
        sign("media", "<Media><maxDialogLimit>1</maxDialogLimit><state>LOGIN</state><interruptAction>ACCEPT</interruptAction></Media>", "NOT_READY");
        // A task that waits is offered at once, so that the state need not be READY when it is looked at.
        if (state("media").equals("NOT_READY")) put(PATHS.get("media"), "<Media><state>READY</state></Media>");
        var dialog = textOf(poll("reserved"), "taskID");
        for (var step : List.of("OFFERED ACCEPT", "ACCEPTED START", "ACTIVE CLOSE")) {
            waitFor(dialog, step.split(" ")[0]);
            put("/Dialog/" + dialog, "<Dialog><requestedAction>" + step.split(" ")[1] + "</requestedAction></Dialog>");
        }
        poll("handled");
    }

    void signOut() throws Exception {
        sign("media", "<Media><state>LOGOUT</state></Media>", "LOGOUT");
        sign("user", "<User><state>LOGOUT</state></User>", "LOGOUT");
    }

    static void put(String path, String body) throws Exception {
        if (request("PUT", FINESSE_URL + path, body).statusCode() != 202) throw new IllegalStateException("not accepted: " + path + body);
    }

    static HttpResponse<String> request(String method, String url, String body) throws Exception {
        var authorization = "Basic " + Base64.getEncoder().encodeToString((AGENT + ":" + PASSWORD).getBytes());
        var request = HttpRequest.newBuilder(URI.create(url)).timeout(Duration.ofSeconds(DEADLINE));
        request.header("Content-Type", "application/xml").header("Authorization", authorization);
        return HTTP.send(request.method(method, HttpRequest.BodyPublishers.ofString(body)).build(), HttpResponse.BodyHandlers.ofString());
    }

    static Document parse(String xml) throws Exception {
        return DocumentBuilderFactory.newNSInstance().newDocumentBuilder().parse(new ByteArrayInputStream(xml.getBytes("UTF-8")));
    }

    static String textOf(Document document, String name) {
        var found = document.getElementsByTagNameNS("*", name).item(0);
        return found == null ? "" : found.getTextContent();
    }
}
