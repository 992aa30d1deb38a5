using Microsoft.Extensions.Logging;

namespace SecureStreams.TestSupport.Checks;

/// <summary>One line that something logged.</summary>
/// <param name="Level">The level.</param>
/// <param name="Category">Who logged it.</param>
/// <param name="Id">The event id and name.</param>
/// <param name="Message">The formatted text.</param>
/// <param name="Error">The exception that came with it.</param>
public sealed record LogEntry(LogLevel Level, string Category, EventId Id, string Message, Exception? Error)
{
    /// <summary>For messages.</summary>
    public override string ToString() => $"{Level} {Category}[{Id.Id}{(Id.Name is null ? "" : $" {Id.Name}")}] {Message}{(Error is null ? "" : $" ({Error})")}";
}
