using SecureStreams.Transports.Http;

namespace SecureStreams.Integration.Http;

/// <summary>One request on the way of redirects.</summary>
/// <param name="Target">Whose connections carry it.</param>
/// <param name="Address">Where to.</param>
/// <param name="Method">How.</param>
/// <param name="Count">How many redirects led here.</param>
/// <param name="IsStrange">Whether one of them led to another origin than the policy's: credentials stay behind.</param>
/// <param name="IsBare">Whether one of them took the body away.</param>
internal readonly record struct RequestHop(HttpTarget Target, Uri Address, HttpMethod Method, int Count = 0, bool IsStrange = false, bool IsBare = false);
