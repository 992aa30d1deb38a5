using System.Globalization;

namespace SecureStreams;

/// <summary>What was found out about the network, and by what. It names no endpoint: an operator looks up the <see cref="SsCause.DetailId"/> of <see cref="Cause"/>.</summary>
public sealed record SsInternetReport
{
    /// <summary>Nobody has looked yet.</summary>
    public static SsInternetReport None { get; } = new();

    /// <summary>The finding.</summary>
    public SsInternet Internet { get; init; }

    /// <summary>What it was concluded from; <see cref="SsCause.None"/> for <see cref="SsInternet.Internet"/> and while nobody has looked.</summary>
    public SsCause Cause { get; init; }

    /// <summary>Why it was looked.</summary>
    public SsInternetTrigger Trigger { get; init; }

    /// <summary>When it was known, by the context's clock.</summary>
    public DateTimeOffset Time { get; init; }

    /// <summary>How long it took to find out; zero for <see cref="SsInternetTrigger.Evidence"/>, which was there already.</summary>
    public TimeSpan Took { get; init; }

    /// <summary>One line, without names or addresses.</summary>
    public override string ToString()
    {
        if (Trigger == SsInternetTrigger.None)
            return "Unknown: nobody has looked yet";
        var text = string.Create(CultureInfo.InvariantCulture, $"{Internet} ({Trigger}, {Took.TotalMilliseconds:0} ms)");
        return Cause.IsNone ? text : $"{text}: {Cause}";
    }
}
