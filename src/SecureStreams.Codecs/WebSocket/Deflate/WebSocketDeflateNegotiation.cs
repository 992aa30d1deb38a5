using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;

namespace SecureStreams.Codecs.WebSocket.Deflate;

/// <summary>How two peers come to use permessage-deflate (RFC 7692 sections 5 and 7.1), as pure functions over <c>Sec-WebSocket-Extensions</c>.</summary>
public static class WebSocketDeflateNegotiation
{
    /// <summary>The name of the extension.</summary>
    public const string Name = "permessage-deflate";

    private const string ServerNoContextTakeover = "server_no_context_takeover";
    private const string ClientNoContextTakeover = "client_no_context_takeover";
    private const string ServerMaxWindowBits = "server_max_window_bits";
    private const string ClientMaxWindowBits = "client_max_window_bits";

    /// <summary>What a client offers. It takes a smaller window from any server, so <c>client_max_window_bits</c> is always there; other parameters only where they are wanted.</summary>
    public static string Offer(WebSocketDeflateSettings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        var bits = settings.WindowBits < WebSocketDeflateParameters.LargestWindowBits ? settings.WindowBits : (int?)null;
        return Write(!settings.PeerContextTakeover, !settings.OwnContextTakeover, bits, bits, alwaysClientBits: true);
    }

    /// <summary>Checks a server's answer to <see cref="Offer"/>.</summary>
    /// <param name="answer">The value of the field, several joined by commas; null or empty when there is none.</param>
    /// <param name="settings">What the offer was made from; null when none was made.</param>
    /// <param name="agreed">What holds, or null when the extension is not used.</param>
    /// <param name="problem">Why the connection must be failed (RFC 6455 section 4.1, RFC 7692 section 7.1), or null.</param>
    /// <returns>Whether the answer is one to this offer.</returns>
    public static bool TryReadAnswer(string? answer, WebSocketDeflateSettings? settings, out WebSocketDeflateParameters? agreed, [NotNullWhen(false)] out string? problem)
    {
        agreed = null;
        problem = null;
        if (answer is null)
            return true;
        if (!WebSocketExtension.TryParse(answer, out var extensions, out problem))
            return false;
        foreach (var extension in extensions)
        {
            if (settings is null || !extension.Name.Equals(Name, StringComparison.OrdinalIgnoreCase))
            {
                problem = $"The server uses the extension \"{extension.Name}\", which was not offered";
                return false;
            }

            if (agreed is not null)
            {
                problem = $"The server names {Name} twice";
                return false;
            }

            if (!Requested.TryRead(extension, isAnswer: true, out var requested, out problem))
                return false;
            if (!settings.PeerContextTakeover && !requested.ServerNoContextTakeover)
            {
                problem = $"The server does not grant {ServerNoContextTakeover}";
                return false;
            }

            var serverBits = requested.ServerMaxWindowBits ?? WebSocketDeflateParameters.LargestWindowBits;
            if (serverBits > settings.WindowBits)
            {
                problem = $"The server does not grant {ServerMaxWindowBits}={settings.WindowBits}: its window is {serverBits}";
                return false;
            }

            agreed = new WebSocketDeflateParameters(
                requested.ServerNoContextTakeover,
                requested.ClientNoContextTakeover || !settings.OwnContextTakeover,
                serverBits,
                Math.Min(requested.ClientMaxWindowBits ?? WebSocketDeflateParameters.LargestWindowBits, settings.WindowBits));
        }

        problem = null;
        return true;
    }

    /// <summary>Takes the first offer of a client that a server can take, and makes the answer.</summary>
    /// <param name="offers">The value of the field, several joined by commas, best first; null or empty when there is none.</param>
    /// <param name="settings">What this side wants.</param>
    /// <param name="agreed">What holds.</param>
    /// <param name="answer">What to answer.</param>
    /// <param name="problem">Why none of the offers was taken, for a log line; null when there was none. It fails no connection: the answer is then just without the extension.</param>
    /// <returns>Whether the extension is used.</returns>
    public static bool TryChoose(
        string? offers,
        WebSocketDeflateSettings settings,
        [NotNullWhen(true)] out WebSocketDeflateParameters? agreed,
        [NotNullWhen(true)] out string? answer,
        out string? problem)
    {
        ArgumentNullException.ThrowIfNull(settings);
        (agreed, answer) = (null, null);
        if (!WebSocketExtension.TryParse(offers ?? "", out var extensions, out problem))
            return false;
        foreach (var extension in extensions)
        {
            if (!extension.Name.Equals(Name, StringComparison.OrdinalIgnoreCase))
                continue;

            // What an offer asks for and is not understood declines that offer, and the next one may be plainer.
            if (!Requested.TryRead(extension, isAnswer: false, out var requested, out problem))
                continue;
            var largest = settings.WindowBits;
            var serverBits = Math.Min(requested.ServerMaxWindowBits ?? WebSocketDeflateParameters.LargestWindowBits, largest);
            var clientBits = requested.MayLimitClient
                ? Math.Min(requested.ClientMaxWindowBits ?? WebSocketDeflateParameters.LargestWindowBits, largest)
                : WebSocketDeflateParameters.LargestWindowBits;
            agreed = new WebSocketDeflateParameters(
                requested.ServerNoContextTakeover || !settings.OwnContextTakeover,
                requested.ClientNoContextTakeover || !settings.PeerContextTakeover,
                serverBits,
                clientBits);
            answer = Write(
                agreed.ServerNoContextTakeover,
                agreed.ClientNoContextTakeover,
                requested.ServerMaxWindowBits is not null || serverBits < WebSocketDeflateParameters.LargestWindowBits ? serverBits : null,
                clientBits < WebSocketDeflateParameters.LargestWindowBits ? clientBits : null,
                alwaysClientBits: false);
            problem = null;
            return true;
        }

        return false;
    }

    private static string Write(bool serverNoTakeover, bool clientNoTakeover, int? serverBits, int? clientBits, bool alwaysClientBits)
    {
        var text = new StringBuilder(Name);
        if (serverNoTakeover)
            text.Append("; ").Append(ServerNoContextTakeover);
        if (clientNoTakeover)
            text.Append("; ").Append(ClientNoContextTakeover);
        if (serverBits is { } server)
            text.Append("; ").Append(ServerMaxWindowBits).Append('=').Append(CultureInfo.InvariantCulture, $"{server}");
        if (clientBits is { } client)
            text.Append("; ").Append(ClientMaxWindowBits).Append('=').Append(CultureInfo.InvariantCulture, $"{client}");
        else if (alwaysClientBits)
            text.Append("; ").Append(ClientMaxWindowBits);
        return text.ToString();
    }

    /// <summary>The parameters of one offer or answer, as written.</summary>
    private sealed record Requested
    {
        public bool ServerNoContextTakeover { get; private set; }

        public bool ClientNoContextTakeover { get; private set; }

        public int? ServerMaxWindowBits { get; private set; }

        public bool MayLimitClient { get; private set; }

        public int? ClientMaxWindowBits { get; private set; }

        public static bool TryRead(WebSocketExtension extension, bool isAnswer, [NotNullWhen(true)] out Requested? requested, [NotNullWhen(false)] out string? problem)
        {
            requested = null;
            var read = new Requested();
            HashSet<string> seen = new(StringComparer.OrdinalIgnoreCase);
            foreach (var (name, value) in extension.Parameters)
            {
                problem = !seen.Add(name) ? $"{Name} has the parameter {name} twice" : read.Take(name, value, isAnswer);
                if (problem is not null)
                    return false;
            }

            requested = read;
            problem = null;
            return true;
        }

        /// <summary>Takes one parameter, or says what is wrong with it.</summary>
        private string? Take(string name, string? value, bool isAnswer)
        {
            switch (name.ToLowerInvariant())
            {
                case WebSocketDeflateNegotiation.ServerNoContextTakeover:
                    ServerNoContextTakeover = true;
                    return value is null ? null : $"{Name} has {name} with the value \"{value}\", and it takes none";
                case WebSocketDeflateNegotiation.ClientNoContextTakeover:
                    ClientNoContextTakeover = true;
                    return value is null ? null : $"{Name} has {name} with the value \"{value}\", and it takes none";
                case WebSocketDeflateNegotiation.ServerMaxWindowBits:
                    ServerMaxWindowBits = Bits(value);
                    return ServerMaxWindowBits is not null ? null : WrongBits(name, value);
                case WebSocketDeflateNegotiation.ClientMaxWindowBits:
                    // Only an offer may have it without a value: then the answer may set one.
                    MayLimitClient = true;
                    ClientMaxWindowBits = Bits(value);
                    return ClientMaxWindowBits is not null || (value is null && !isAnswer) ? null : WrongBits(name, value);
                default:
                    return $"{Name} has the parameter \"{name}\", which is unknown";
            }
        }

        private static string WrongBits(string name, string? value) =>
            $"{Name} has {name} {(value is null ? "without a value" : $"with the value \"{value}\"")}, and it takes a number from 8 to 15";

        // No leading zeros (RFC 7692 section 7.1.2.1).
        private static int? Bits(string? value) => value switch
        {
            "8" => 8,
            "9" => 9,
            "10" => 10,
            "11" => 11,
            "12" => 12,
            "13" => 13,
            "14" => 14,
            "15" => 15,
            _ => null,
        };
    }
}
