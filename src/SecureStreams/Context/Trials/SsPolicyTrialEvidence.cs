using System.Globalization;
using System.Text;

namespace SecureStreams;

/// <summary>What a trial saw of one streamtype. Immutable; bounded in size.</summary>
public sealed record SsPolicyTrialEvidence
{
    /// <summary>How many kinds of failure are named at most, the most frequent first.</summary>
    public const int MaxCauses = 4;

    /// <summary>The streamtype.</summary>
    public required string StreamType { get; init; }

    /// <summary>Whether it comes up to what was asked, as far as is known.</summary>
    public required bool IsHealthy { get; init; }

    /// <summary>
    /// The streams that count: touched ones that were connected before, and those that first tried to connect during the trial. Streams that make requests do not; their results do.
    /// </summary>
    public required int Streams { get; init; }

    /// <summary>How many of <see cref="Streams"/> are connected as the policy wants them, and have not been cut off again and again.</summary>
    public required int Connected { get; init; }

    /// <summary>How many of <see cref="Streams"/> could not be connected so far, or were cut off again and again; the rest are on their way.</summary>
    public required int Failed { get; init; }

    /// <summary>How often connections that the policy had made were cut off.</summary>
    public required int Losses { get; init; }

    /// <summary>The listeners that are touched.</summary>
    public required int Listeners { get; init; }

    /// <summary>How many of <see cref="Listeners"/> could not follow, and are where or what they were.</summary>
    public required int ListenersFailed { get; init; }

    /// <summary>Transactions that the peer acknowledged; of a server, connections that became a stream.</summary>
    public required int Acked { get; init; }

    /// <summary>Transactions that were refused or failed, those that are still being tried again included; of a server, connections that came to nothing.</summary>
    public required int NotAcked { get; init; }

    /// <summary>The share of <see cref="Acked"/> before the change, 0 to 1; null when nothing is known of it, which counts as all.</summary>
    public required double? AckedBefore { get; init; }

    /// <summary>What went wrong, the most frequent first.</summary>
    public required IReadOnlyList<SsPolicyTrialCause> Causes { get; init; }

    /// <summary>One line.</summary>
    public override string ToString()
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"{StreamType}: ");
        var any = text.Length;
        if (Streams > 0)
            text.Append(CultureInfo.InvariantCulture, $"{Connected} of {Streams} streams connected{(Losses > 0 ? $", {Losses} losses" : "")}");
        if (Listeners > 0)
            text.Append(CultureInfo.InvariantCulture, $"{(text.Length > any ? ", " : "")}{Listeners - ListenersFailed} of {Listeners} listeners followed");
        if (Acked + NotAcked > 0)
            text.Append(CultureInfo.InvariantCulture, $"{(text.Length > any ? ", " : "")}{Acked} of {Acked + NotAcked} acknowledged{(AckedBefore is { } before ? $" ({before:P0} before)" : "")}");
        if (text.Length == any)
            text.Append("nothing happened");
        foreach (var cause in Causes)
            text.Append(CultureInfo.InvariantCulture, $"; {cause}");
        return text.ToString();
    }
}
