using System.Globalization;
using System.Text;

namespace SecureStreams;

/// <summary>How long each step of making a connection took; of the step in which that failed, until then. Zero for one that was not needed, or not reached.</summary>
/// <param name="Names">Until there were addresses to try.</param>
/// <param name="Connect">From the first address tried to the connected socket.</param>
/// <param name="Proxy">Until the proxy had opened the way.</param>
/// <param name="Tls">The TLS handshake.</param>
public sealed record SsConnectTimes(TimeSpan Names, TimeSpan Connect, TimeSpan Proxy, TimeSpan Tls)
{
    /// <summary>One line.</summary>
    public override string ToString() => Text(Proxy > TimeSpan.Zero);

    internal string Text(bool withProxy)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"names {Milliseconds(Names)}, connect {Milliseconds(Connect)}");
        if (withProxy)
            text.Append(CultureInfo.InvariantCulture, $", proxy {Milliseconds(Proxy)}");
        text.Append(CultureInfo.InvariantCulture, $", TLS {Milliseconds(Tls)}");
        return text.ToString();
    }

    private static string Milliseconds(TimeSpan time) => time == TimeSpan.Zero ? "-" : string.Create(CultureInfo.InvariantCulture, $"{time.TotalMilliseconds:0.0} ms");
}
