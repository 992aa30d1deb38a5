namespace SecureStreams.Policy;

/// <content>HTTP and authentication: 0421 to 0431.</content>
public static partial class PolicyDiagnosticTable
{
    internal static readonly PolicyDiagnosticInfo AuthWithoutHeader = Warning("SSP0421", "A token has no header to travel in",
        "What stands before the token, or how it is written, says nothing as long as no header carries it.",
        "Add http_auth_header, or remove the attribute.",
        """
        { "s": [ { "demo": { "endpoint": "example.com", "port": 443, "http_auth_preamble": "Bearer " } } ] }
        """);

    internal static readonly PolicyDiagnosticInfo SigningIncomplete = Warning("SSP0422", "A signature lacks its region or service",
        "A sigv4 signature names both; without them the request fails when it is signed.",
        "Name the metadata that holds them in aws_region and aws_service.",
        """
        {
          "auth": [ { "name": "cloud", "type": "sigv4", "blob": 0 } ],
          "s": [ { "demo": { "endpoint": "example.com", "port": 443, "use_auth": "cloud" } } ]
        }
        """);

    internal static readonly PolicyDiagnosticInfo SigningWithoutScheme = Warning("SSP0423", "A region or service is named and nothing is signed",
        "Only a sigv4 scheme reads them.",
        "Name a scheme whose type is sigv4 in use_auth, or remove the attribute.",
        """
        { "s": [ { "demo": { "endpoint": "example.com", "port": 443, "aws_region": "region", "metadata": [ { "region": "" } ] } } ] }
        """);

    internal static readonly PolicyDiagnosticInfo AuthStreamUnknown = Warning("SSP0424", "An authentication scheme names a streamtype that does not exist",
        "The streamtype would fetch a new token. lws stores the name and never uses it, so that mistakes in it stay unseen.",
        "Correct the name, or remove it.",
        """
        {
          "auth": [ { "name": "lwa", "streamtype": "tokn", "blob": 0 } ],
          "s": [ {
            "token": { "endpoint": "example.com", "port": 443 },
            "demo": { "endpoint": "example.com", "port": 443, "http_auth_header": "authorization:" }
          } ]
        }
        """);

    internal static readonly PolicyDiagnosticInfo RideshareOutsideMultipart = Warning("SSP0425", "Parts that ride together are not multipart",
        "rideshare joins the parts of one multipart request, and each of them needs a name or a type.",
        "Add http_multipart_name to each of the streamtypes.",
        """
        { "s": [ { 
          "first": { "endpoint": "example.com", "port": 443, "http_method": "POST", "http_multipart_name": "meta", "rideshare": "second" },
          "second": { "endpoint": "example.com", "port": 443, "http_method": "POST" }
         } ] }
        """);

    internal static readonly PolicyDiagnosticInfo RideshareCycle = Error("SSP0426", "Parts that ride together go in a circle",
        "Each supplies the next part of the same request, which would never end.",
        "Remove rideshare from the last part.",
        """
        { "s": [ { 
          "first": { "endpoint": "example.com", "port": 443, "http_method": "POST", "http_multipart_name": "meta", "rideshare": "second" },
          "second": { "endpoint": "example.com", "port": 443, "http_method": "POST", "http_multipart_name": "data", "rideshare": "first" }
         } ] }
        """);

    internal static readonly PolicyDiagnosticInfo FormAndMultipart = Warning("SSP0427", "A body is both a form and multipart",
        "A request has one body of one type.",
        "Keep one of them.",
        """
        { "s": [ { "demo": { "endpoint": "example.com", "port": 443, "http_method": "POST", "http_www_form_urlencoded": true, "http_multipart_name": "part" } } ] }
        """);

    internal static readonly PolicyDiagnosticInfo BodyWithoutMethod = Warning("SSP0428", "A body is described and the method has none",
        "GET and HEAD requests carry no body, so that what describes it has no effect.",
        "Set http_method to POST or PUT, or remove the attribute.",
        """
        { "s": [ { "demo": { "endpoint": "example.com", "port": 443, "http_method": "GET", "http_www_form_urlencoded": true } } ] }
        """);

    internal static readonly PolicyDiagnosticInfo RedirectsContradict = Warning("SSP0429", "Redirects are allowed and forbidden",
        "http_fail_redirect makes every redirect a failure, so that there is none left to follow.",
        "Keep one of them.",
        """
        { "s": [ { "demo": { "endpoint": "example.com", "port": 80, "allow_redirects": true, "http_fail_redirect": true } } ] }
        """);

    internal static readonly PolicyDiagnosticInfo FramingHeader = Warning("SSP0430", "Metadata travels in a header of the connection",
        "Such headers frame the connection and end at the next hop. A request that sets one is refused.",
        "Choose another header.",
        """
        { "s": [ { "demo": { "endpoint": "example.com", "port": 443, "metadata": [ { "coding": "transfer-encoding:" } ] } } ] }
        """);

    internal static readonly PolicyDiagnosticInfo HeaderTwice = Warning("SSP0431", "Two metadata names share one header",
        "Sent together they are two headers of one name; received, both names get the same value.",
        "Give each a header of its own, or keep one.",
        """
        { "s": [ { "demo": { "endpoint": "example.com", "port": 443, "metadata": [ { "mime": "content-type:" }, { "ctype": "Content-Type:" } ] } } ] }
        """);
}
