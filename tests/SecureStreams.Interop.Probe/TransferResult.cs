namespace SecureStreams.Interop.Probe;

/// <summary>What came of a transfer.</summary>
/// <param name="Received">What the client received: the hash of it, or of an upload the server's word on what it received.</param>
/// <param name="Bytes">How many bytes of payload the client received.</param>
/// <param name="End">The last state with its cause.</param>
/// <param name="Seconds">How long it took, from the beginning of the attempt to the end.</param>
/// <param name="PeakRented">The most bytes of pooled buffers that the process had rented at once; 0 when they were not counted.</param>
/// <param name="RentedAtEnd">What of these was not returned.</param>
/// <param name="PeakQueued">The most that the stream said it had queued.</param>
/// <param name="WarmResident">Resident bytes of the process after the first quarter, at most 64 MiB.</param>
/// <param name="PeakResident">The most from then on.</param>
public sealed record TransferResult(
    string Received, long Bytes, string End, double Seconds, long PeakRented, long RentedAtEnd, long PeakQueued, long WarmResident, long PeakResident);
