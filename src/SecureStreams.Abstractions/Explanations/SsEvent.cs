using System.Globalization;

namespace SecureStreams;

/// <summary>One thing that happened to a stream.</summary>
/// <param name="Time">When, by the context's clock.</param>
/// <param name="State">The state that was told.</param>
/// <param name="Cause">Why, as the handler was told.</param>
/// <param name="Detail">Why, for operators; null when it was no failure.</param>
public sealed record SsEvent(DateTimeOffset Time, SsState State, SsCause Cause, SsDetail? Detail)
{
    private string Clock => Time.ToString("yyyy-MM-dd HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    /// <summary>The time, the state and the cause; what the detail has on lines of its own.</summary>
    public override string ToString() => Detail is null ? WithoutDetail() : $"{Clock} {Detail}";

    /// <summary>One line.</summary>
    internal string WithoutDetail() => Cause.IsNone ? $"{Clock} {State}" : $"{Clock} {State} {Cause}";
}
