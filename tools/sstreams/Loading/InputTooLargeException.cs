using System.Globalization;

namespace SecureStreams.Tool;

/// <summary>An input has more bytes than are read.</summary>
/// <param name="length">How many it has; null where it just does not end.</param>
/// <param name="limit">How many are read.</param>
internal sealed class InputTooLargeException(long? length, int limit) : Exception(string.Create(
    CultureInfo.InvariantCulture, $"the document has {(length is { } known ? $"{known}" : $"more than {limit}")} bytes; at most {limit} are read"));
