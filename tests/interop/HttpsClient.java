import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;

/** Gets a resource with the JDK's own client, which trusts what -Djavax.net.ssl.trustStore says: java HttpsClient.java URL */
public class HttpsClient {
    public static void main(String[] arguments) throws Exception {
        var request = HttpRequest.newBuilder(URI.create(arguments[0])).build();
        var response = HttpClient.newHttpClient().send(request, BodyHandlers.ofString());
        System.out.println(response.statusCode() + " over " + response.sslSession().orElseThrow().getProtocol());
    }
}
